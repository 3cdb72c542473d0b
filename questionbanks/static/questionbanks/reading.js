// Asks how far the reading of a file is, and shows the review when it is done.
const box = document.getElementById("reading");
const meter = document.getElementById("reading-meter");
const words = document.getElementById("reading-words");

async function look() {
  try {
    const reply = await fetch(box.dataset.stateUrl, { headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    const now = await reply.json();
    if (now.state !== "reading") {
      window.location.reload();
      return;
    }
    meter.value = now.progress;
    words.textContent = now.progress < 50 ? "正在读文件……" : "正在和题库比对……";
  } catch (error) {
    words.textContent = "暂时连不上服务器，正在重试……";
  }
  window.setTimeout(look, 1500);
}

window.setTimeout(look, 1000);
