// A socket that comes back. Each connection begins with the whole state, so nothing is missed.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10000;
const SILENT_FOR_MS = 5000; // levels come eight times a second: who is silent so long is gone
const NOT_ALLOWED = 4001;

/** Hand each message (text or ArrayBuffer) to `tell`, and "open", "lost", "asleep" or "refused" to `link`. */
export function openFeed(path, tell, link) {
  let socket = null;
  let pause = FIRST_PAUSE_MS;
  let timer = 0;
  let heardAt = 0;
  let refused = false;

  function connect() {
    clearTimeout(timer);
    const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
    const opened = new WebSocket(`${scheme}//${window.location.host}${path}`);
    opened.binaryType = "arraybuffer";
    socket = opened;
    heardAt = Date.now();
    let first = true;
    opened.onmessage = (event) => {
      if (socket !== opened) return;
      heardAt = Date.now();
      if (first) {
        first = false;
        pause = FIRST_PAUSE_MS;
        link("open");
      }
      tell(event.data, opened);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      refused = event.code === NOT_ALLOWED;
      drop();
      if (refused) link("refused");
      else tryAgain();
    };
  }

  /** Forget the connection, whatever has become of it. */
  function drop() {
    const dropped = socket;
    socket = null;
    clearTimeout(timer);
    dropped?.close();
  }

  function tryAgain() {
    link("lost");
    timer = setTimeout(connect, pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
  }

  function sleep() {
    drop();
    link("asleep");
  }

  function wake() {
    if (socket || refused || document.hidden) return;
    pause = FIRST_PAUSE_MS;
    connect();
  }

  // A connection may end without a word: a machine was asleep, a router has forgotten it.
  setInterval(() => {
    if (!socket || Date.now() - heardAt < SILENT_FOR_MS) return;
    drop();
    tryAgain();
  }, 1000);

  // Who does not look needs no levels; on coming back the state is fetched anew.
  document.addEventListener("visibilitychange", () => (document.hidden ? sleep() : wake()));
  document.addEventListener("freeze", sleep);
  document.addEventListener("resume", wake);
  connect();
}
