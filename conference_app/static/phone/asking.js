// What the server's pages answer to the phone, when they answer.

/** Why the server does not do it: words for the user. `status`: of the answer. */
export class Refused extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
  }
}

/** Send a form; give what is told. Throws Refused, or (worth another try) any other error. */
export async function ask(url, form) {
  const answer = await fetch(url, { method: "POST", body: form });
  if (answer.status >= 500) throw new Error("the server is not there");
  const told = await answer.json().catch(() => ({ message: "The page is out of date. Load it again." }));
  if (!answer.ok) throw new Refused(told.message, answer.status);
  return told;
}
