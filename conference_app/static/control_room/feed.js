// A socket that comes back. Each connection begins with the whole state, so nothing is missed.

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10000;
const NOT_ALLOWED = 4001;

/** Hand each message to `tell`, and "open", "lost", "asleep" or "refused" to `link`. */
export function openFeed(path, tell, link) {
  let socket = null;
  let pause = FIRST_PAUSE_MS;
  let timer = 0;

  function connect() {
    clearTimeout(timer);
    const scheme = window.location.protocol === "https:" ? "wss:" : "ws:";
    const opened = new WebSocket(`${scheme}//${window.location.host}${path}`);
    socket = opened;
    opened.onmessage = (event) => {
      pause = FIRST_PAUSE_MS;
      link("open");
      tell(JSON.parse(event.data));
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      socket = null;
      if (event.code === NOT_ALLOWED) {
        link("refused");
      } else if (!document.hidden) {
        link("lost");
        timer = setTimeout(connect, pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    };
  }

  // Who does not look needs no levels; on coming back the state is fetched anew.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      clearTimeout(timer);
      const sleeping = socket;
      socket = null;
      sleeping?.close();
      link("asleep");
    } else if (!socket) {
      pause = FIRST_PAUSE_MS;
      connect();
    }
  });
  connect();
}
