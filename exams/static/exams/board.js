// Keeps the moving part of the board fresh. It never takes the page from under a hand that is using it.

const EVERY_MS = 5000;
const part = document.querySelector("[data-moving]");

async function refresh() {
  if (document.visibilityState !== "visible" || part.contains(document.activeElement)) return;
  try {
    const response = await fetch(part.dataset.moving, { cache: "no-store", credentials: "same-origin" });
    if (response.ok && !part.contains(document.activeElement)) part.innerHTML = await response.text();
  } catch (error) {
    // the next round tries again; the time of the last one stands on the page
  }
}

setInterval(refresh, EVERY_MS);
