// The questions of the live page: sure? what is to be announced? and what there is to copy.

export class Dialogs {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-${name}]`);
    this.part("copy-button").addEventListener("click", () => this.toClipboard());
  }

  /** Ask whether this is to be done; give true or false. */
  confirm(words, label) {
    this.part("words").textContent = words;
    this.part("yes").textContent = label;
    return open(this.part("question")).then((answer) => answer === "yes");
  }

  /** Ask for a text or an address, as long as `send` answers with what is wrong. */
  async announcement(heading, send) {
    const dialog = this.part("announcement");
    const form = dialog.querySelector("form");
    const wrong = this.part("announcement-wrong");
    const submit = async (event) => {
      if (event.submitter.value !== "yes") return;
      event.preventDefault();
      wrong.textContent = await send(Object.fromEntries(new FormData(form)));
      wrong.hidden = !wrong.textContent;
      if (wrong.hidden) dialog.close("yes");
    };
    this.part("announcement-heading").textContent = heading;
    form.reset();
    wrong.hidden = true;
    form.addEventListener("submit", submit);
    await open(dialog);
    form.removeEventListener("submit", submit);
  }

  /** Show an address to be copied. */
  copy(address) {
    this.part("copy-address").value = address;
    this.part("copied").textContent = "";
    open(this.part("copy"));
    this.part("copy-address").select();
  }

  async toClipboard() {
    const field = this.part("copy-address");
    try {
      await navigator.clipboard.writeText(field.value);
      this.part("copied").textContent = "Copied.";
    } catch {
      field.select(); // a page that came without TLS has no clipboard
      this.part("copied").textContent = "Press Ctrl+C to copy.";
    }
  }
}

/** Open a dialog and wait until it is closed; give the value of the button that did it. */
function open(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
