// Marking by keyboard: digits tick the points of the rubric, Enter goes on, drafts keep themselves.
// Without script the same form posts and the next answer is the next page.
const desk = document.querySelector("[data-marking]");
const form = desk.querySelector("form");
const DRAFT_MS = 1500;
let timer = 0;
let busy = false;

const one = (name, root = document) => root.querySelector(`[data-${name}]`);
const ticks = () => Array.from(form.querySelectorAll("input[name=tick]"));

function cents(text) {
  return Math.round(Number(text) * 100);
}

// As engine/rubric does: all lines are full marks, equal lines are rounded once.
function sum() {
  const lines = ticks();
  const ticked = lines.filter((line) => line.checked);
  const possible = cents(one("possible").textContent);
  if (lines.length && ticked.length === lines.length) return possible;
  if (form.dataset.proportional === "1") return Math.floor((possible * ticked.length) / lines.length);
  return ticked.reduce((total, line) => total + cents(line.dataset.points), 0);
}

function showSum() {
  const typed = form.elements.points.value.trim();
  one("sum").textContent = typed || !ticks().length ? "" : `采分点合计 ${sum() / 100} 分`;
}

function say(message) {
  const box = one("error");
  box.textContent = "";
  if (!message) return;
  const notice = document.createElement("div");
  notice.className = "notice notice-bad";
  const words = document.createElement("p");
  words.textContent = message;
  notice.append(words);
  box.append(notice);
}

async function send(url) {
  const reply = await fetch(url, {
    method: "POST",
    body: new FormData(form),
    credentials: "same-origin",
    headers: { Accept: "application/json" },
  });
  if (reply.redirected || !(reply.headers.get("content-type") || "").includes("json")) {
    throw new Error("登录已过期，请刷新页面后重新登录；填的内容已存为草稿的不会丢。");
  }
  return [reply.ok, await reply.json()];
}

async function saveDraft() {
  try {
    const [ok] = await send(desk.dataset.draftUrl);
    one("saved").textContent = ok ? "草稿已保存" : "";
  } catch (error) {
    one("saved").textContent = "草稿还没存上，连上网络后会再试";
    timer = setTimeout(saveDraft, 5000);
  }
}

function touched() {
  showSum();
  one("saved").textContent = "";
  clearTimeout(timer);
  timer = setTimeout(saveDraft, DRAFT_MS);
}

function line(data, place) {
  const label = document.createElement("label");
  label.className = "check";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.name = "tick";
  box.value = place;
  box.dataset.points = data.points;
  box.checked = data.ticked;
  const words = document.createElement("span");
  words.className = "check-text";
  words.textContent = `${place + 1}．${data.text}`;
  const hint = document.createElement("span");
  hint.className = "check-hint";
  hint.textContent = `${data.points} 分`;
  words.append(hint);
  label.append(box, words);
  return label;
}

function writeLines(element, text) {
  element.textContent = "";
  text.split("\n").forEach((part, place) => {
    if (place) element.append(document.createElement("br"));
    element.append(part);
  });
}

function show(task) {
  const base = desk.dataset.url.replace(desk.dataset.task, task.task);
  desk.dataset.draftUrl = desk.dataset.draftUrl.replace(desk.dataset.task, task.task);
  desk.dataset.task = task.task;
  desk.dataset.url = base;
  form.action = base;
  form.dataset.proportional = task.proportional ? "1" : "0";
  one("number").textContent = task.number;
  one("possible").textContent = task.possible;
  one("round").textContent = task.round;
  writeLines(one("answer"), task.answer);
  one("same").hidden = task.same < 2;
  one("same-count").textContent = task.same;
  const lines = one("lines");
  Array.from(lines.querySelectorAll("label")).forEach((old) => old.remove());
  task.lines.forEach((data, place) => lines.append(line(data, place)));
  lines.hidden = !task.lines.length;
  form.elements.points.value = task.points;
  form.elements.comment.value = task.comment;
  if (form.elements.doubtful) form.elements.doubtful.checked = task.doubtful;
  one("saved").textContent = "";
  showSum();
  one("answer").focus();
}

async function confirmMark() {
  if (busy) return;
  busy = true;
  clearTimeout(timer);
  try {
    const [ok, reply] = await send(desk.dataset.url);
    if (!ok) {
      say(reply.message);
    } else if (!reply.task || reply.task.round !== one("round").textContent) {
      window.location.assign(desk.dataset.queueUrl); // all done, or another kind of judgement: a fresh page
    } else {
      say("");
      one("done").textContent = reply.counts.done;
      one("total").textContent = reply.counts.total;
      show(reply.task);
    }
  } catch (error) {
    say(error.message.includes("登录") ? error.message : "没有网络，得分还没有保存；请稍后再按一次。");
  } finally {
    busy = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  confirmMark();
});
form.addEventListener("input", touched);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const typing = event.target.matches("input:not([type=checkbox]), textarea");
  if (event.key === "Enter" && !event.target.matches("a, button, summary, textarea")) {
    event.preventDefault();
    confirmMark();
  } else if (typing) {
    return;
  } else if (/^[1-9]$/.test(event.key) && ticks().length) {
    const box = ticks()[Number(event.key) - 1];
    if (box) {
      event.preventDefault();
      box.checked = !box.checked;
      touched();
    }
  } else if (/^[0-9.]$/.test(event.key)) {
    event.preventDefault(); // no rubric, or a zero: the points themselves
    form.elements.points.focus();
    form.elements.points.value = event.key;
    touched();
  } else if (event.key.toLowerCase() === "d" && form.elements.doubtful) {
    form.elements.doubtful.checked = !form.elements.doubtful.checked;
    touched();
  } else if (event.key === "Backspace") {
    event.preventDefault();
    window.location.assign(one("back").href);
  }
});

showSum();
one("answer").focus();
