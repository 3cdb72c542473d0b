// Keeps the numbers of a running exam fresh: fetches the page again and puts its live part in place of the
// old one. The reader may stop it; without script a link loads the page again.
const box = document.querySelector("[data-live]");

if (box) {
  const seconds = Number(box.dataset.live);
  const button = document.querySelector("[data-live-switch]");
  let running = true;
  let busy = false;

  const refresh = async () => {
    if (!running || busy || document.hidden) return;
    busy = true;
    try {
      const reply = await fetch(location.href, { credentials: "same-origin" });
      if (reply.ok && !reply.redirected) {
        const page = new DOMParser().parseFromString(await reply.text(), "text/html");
        const fresh = page.querySelector("[data-live]");
        if (fresh && !box.contains(document.activeElement)) box.replaceChildren(...fresh.childNodes);
      }
    } catch (error) {
      // Without a network the old numbers stay, with the time they are of.
    } finally {
      busy = false;
    }
  };

  setInterval(refresh, seconds * 1000);
  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      running = !running;
      button.setAttribute("aria-pressed", String(running));
      button.textContent = running ? "停止自动刷新" : "自动刷新";
    });
  }
}
