// The exam page: question, answer sheet, handing in. It shows what the session knows and passes on what is touched.

import { LOW_MS, timeWords } from "./clock.js";
import { element, say } from "./elements.js";
import { questionElement } from "./question.js";
import { Session } from "./session.js";
import { isAnswered } from "./sheet.js";
import { answerSheet, askView, elsewhereView, leaveView, mismatchView, noticeView, receiptView, waitView } from "./views.js";

const frame = document.querySelector(".exam-frame");
const part = (name) => frame.querySelector(`[data-part="${name}"]`);
const main = part("main");
const remembered = (name) => `${name}:${frame.dataset.sitting}:${frame.dataset.number}`;

// Kept for this tab only; where the browser refuses, for this page only.
const memory = {
  get(name) {
    try {
      return sessionStorage.getItem(name);
    } catch (error) {
      return null;
    }
  },
  set(name, value) {
    try {
      if (value === null) sessionStorage.removeItem(name);
      else sessionStorage.setItem(name, value);
    } catch (error) {
      // nothing is lost but a flag or a place
    }
  },
};

function deviceOfThisTab() {
  const known = memory.get("exam-device");
  if (known) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  const device = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  memory.set("exam-device", device);
  return device;
}

const wide = window.matchMedia("(min-width: 64em)");
const page = { view: "question", place: 0, whole: false, slots: [], flags: new Set(), told: new Set(), seen: 0 };
const session = new Session(
  frame.dataset.api,
  frame.querySelector("[name=csrfmiddlewaretoken]").value,
  frame.dataset.owner,
  frame.dataset.sitting,
  Number(frame.dataset.number),
  deviceOfThisTab(),
  (what) => update(what)
);

// --- Showing ------------------------------------------------------------------------------------------------

function update(what) {
  if (what === "state") stateChanged();
  else if (what === "sheet") draw();
  else if (what === "answer") drawSheet();
  if (what === "final" || what === "messages") drawStrip();
  drawStatus();
}

function stateChanged() {
  const { state } = session;
  if (state === "answering" && !page.slots.length) setUp();
  if (state === "answering" && memory.get(remembered("handing-in"))) {
    session.submit();
    return;
  }
  if (state === "closed") {
    ["handing-in", "flags", "place"].forEach((name) => memory.set(remembered(name), null));
    history.replaceState(null, "", frame.dataset.home);
  }
  draw();
}

function setUp() {
  page.slots = [].concat(...session.paper.sections.map((section) => section.slots));
  page.flags = new Set((memory.get(remembered("flags")) || "").split(",").filter(Boolean));
  const last = page.slots.findIndex((slot) => slot.slot === memory.get(remembered("place")));
  page.place = Math.max(0, last);
  history.pushState({ exam: true }, "");
}

const answered = (slot) => isAnswered(session.shown.get(slot.slot));
const current = () => page.slots[page.place];

function draw() {
  const { state } = session;
  const answering = state === "answering";
  frame.dataset.view = answering ? page.view : "submit";
  // On a phone the open sheet takes the place of the main part, and its role.
  const sheetAlone = answering && page.view === "sheet" && !wide.matches;
  part("desk").setAttribute("role", sheetAlone ? "main" : "complementary");
  part("bar").hidden = !answering || (page.view !== "question" && page.view !== "sheet");
  part("ways").hidden = !answering || page.view !== "question";
  part("tools").hidden = part("ways").hidden || page.whole;
  part("time").hidden = state === "closed" || state === "voided";
  if (answering) drawAnswering();
  else drawElse(state);
  drawSheet();
  drawStrip();
  drawStatus();
}

function drawAnswering() {
  if (page.view === "submit") {
    show(askView(page.slots.filter((slot) => !answered(slot)), page.slots, session.clock.remaining(), acts));
  } else if (page.view === "leave") {
    show(leaveView(session.queue.slots, acts));
  } else {
    const slots = page.whole ? page.slots : [current()];
    show(...slots.map((slot) => questionOf(slot)));
  }
  drawTools();
}

function questionOf(slot) {
  const answer = (value) => session.answer(slot.slot, value);
  return questionElement(slot, page.slots.indexOf(slot) + 1, session.shown.get(slot.slot), false, answer);
}

function drawElse(state) {
  say(part("place"), state === "closed" ? "已交卷" : "");
  if (state === "starting") show(waitView("正在打开试卷…"));
  else if (state === "elsewhere") show(elsewhereView(session.refusal, acts));
  else if (state === "handing_in") show(waitView(session.online ? "正在交卷…" : "已收到您的交卷，等网络恢复自动送达，请不要关闭"));
  else if (state === "mismatch") show(mismatchView(session.differing, page.slots, acts));
  else if (state === "closed") show(receiptView(session.receipt, session.finals, page.slots, frame.dataset));
  else if (state === "voided") show(noticeView("这次作答已作废", "请找监考人员。", frame.dataset));
  else show(noticeView("现在不能作答", session.refusal ? session.refusal.message : "请找监考人员。", frame.dataset));
}

function show(...nodes) {
  part("content").replaceWith(element("div", { "data-part": "content", class: "stack" }, ...[].concat(...nodes)));
}

function drawTools() {
  if (!current()) return;
  const flag = part("flag");
  flag.setAttribute("aria-pressed", String(page.flags.has(current().slot)));
  say(part("place"), `第 ${page.place + 1} 题 / ${page.slots.length}`);
  part("previous").disabled = page.place === 0;
  say(part("next"), page.place === page.slots.length - 1 ? "检查答题卡" : "下一题");
}

function drawSheet() {
  const place = page.view === "question" && !page.whole ? current() : null;
  const done = page.slots.filter(answered).length;
  say(part("sheet-count"), `${done}/${page.slots.length}`);
  const sections = session.paper ? session.paper.sections : [];
  const locked = session.state !== "answering";
  part("sheet").replaceWith(element("div", { "data-part": "sheet" }, ...answerSheet(sections, answered, page.flags, place, locked, acts)));
}

// The longer sentences: what came too late, what the invigilators say, that one may go on without network.
function drawStrip() {
  const strip = part("strip");
  const lost = session.finals.map(({ slot, status }) => {
    const number = page.slots.findIndex((one) => one.slot === slot) + 1;
    return status === "late" ? `第 ${number} 题的答案送到时已过时间，已留给监考裁定。` : `第 ${number} 题的答案没能保存，请改短或重新填写。`;
  });
  const unread = session.messages.slice(page.seen).map((one) => `监考通知：${one.text}`);
  const offline = !session.online && session.state === "answering" ? ["没网也能答，答案存在手机里，有网自动上传。"] : [];
  const lines = [...lost, ...unread, ...offline];
  strip.hidden = !lines.length;
  part("strip-read").hidden = !unread.length;
  say(part("strip-text"), lines.join(" "));
}

function drawStatus() {
  const line = part("save");
  const waiting = session.queue ? session.queue.slots : 0;
  let [words, mood] = ["", ""];
  if (session.state === "starting") [words, mood] = session.online ? ["正在连接…", ""] : ["没网，正在重试…", "is-waiting"];
  else if (session.state === "blocked") [words, mood] = ["已暂停", "is-refused"];
  else if (waiting && !session.online) {
    const where = session.queue.durable ? "已存手机" : "请不要关闭本页";
    [words, mood] = [`没网，${where}（${waiting} 题待传）`, "is-waiting"];
  } else if (!session.online) [words, mood] = ["没网，正在重连…", "is-waiting"];
  else if (waiting) words = "正在保存…";
  else if (session.savedAt) [words, mood] = [`✓ 已保存 ${hourAndMinute(session.savedAt)}`, "is-saved"];
  else if (session.known.answers.size) [words, mood] = ["✓ 已恢复上次的答案", "is-saved"];
  else words = "答案会自动保存";
  line.className = `save-line ${mood}`.trim();
  say(line, words);
}

function hourAndMinute(text) {
  return new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false }).format(new Date(text));
}

function drawTime() {
  const left = session.clock.remaining();
  const node = part("time");
  if (!session.clock.known || session.state === "closed") {
    say(node, "");
    return;
  }
  say(node, timeWords(left));
  node.classList.toggle("is-low", left <= LOW_MS);
  for (const minutes of [10, 5, 1]) {
    if (left <= minutes * 60000 && left > minutes * 60000 - 15000 && !page.told.has(minutes)) {
      page.told.add(minutes);
      say(part("announce"), `还剩${minutes}分钟`);
    }
  }
  if (left === 0 && (session.state === "answering" || session.state === "mismatch")) acts.handIn();
}

// --- Acting -------------------------------------------------------------------------------------------------

const acts = {
  go(place) {
    session.flush();
    page.place = Math.min(Math.max(place, 0), page.slots.length - 1);
    page.view = "question";
    memory.set(remembered("place"), current().slot);
    draw();
    const target = page.whole ? main.querySelector(`[data-slot="${current().slot}"]`) : main;
    target.scrollIntoView();
    main.focus({ preventScroll: true });
  },
  goTo: (slot) => acts.go(page.slots.indexOf(slot)),
  look(view) {
    session.flush();
    page.view = view;
    draw();
    window.scrollTo(0, 0);
    main.focus({ preventScroll: true });
  },
  next() {
    if (page.place === page.slots.length - 1) acts.look(wide.matches ? "submit" : "sheet");
    else acts.go(page.place + 1);
  },
  flag() {
    const { slot } = current();
    if (!page.flags.delete(slot)) page.flags.add(slot);
    memory.set(remembered("flags"), [...page.flags].join(","));
    drawTools();
    drawSheet();
  },
  handIn() {
    memory.set(remembered("handing-in"), "1");
    session.submit();
  },
  agree: () => session.submit(session.serverDigest),
  claim: () => session.claim(),
  leave: () => window.location.assign(frame.dataset.home),
};

function pressed(event) {
  const typing = event.target.matches("textarea, .blank-input");
  if (session.state !== "answering" || page.view !== "question" || typing) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const { key } = event;
  if (key === "ArrowRight" || key === "ArrowLeft") {
    event.preventDefault();
    if (!page.whole) key === "ArrowRight" ? acts.next() : acts.go(page.place - 1);
  } else if (key === "m" || key === "M") {
    acts.flag();
  } else if (!page.whole) {
    const place = "123456789".includes(key) ? Number(key) - 1 : "ABCDEFGHIJKLMNOPQRSTUVWXYZ".indexOf(key.toUpperCase());
    const input = key.length === 1 && place >= 0 ? main.querySelectorAll(".choice-input")[place] : null;
    if (input) input.click();
  }
}

part("previous").addEventListener("click", () => acts.go(page.place - 1));
part("next").addEventListener("click", () => acts.next());
part("open-sheet").addEventListener("click", () => acts.look("sheet"));
part("flag").addEventListener("click", () => acts.flag());
part("strip-read").addEventListener("click", () => {
  page.seen = session.messages.length;
  drawStrip();
});
part("whole").addEventListener("click", (event) => {
  page.whole = !page.whole;
  event.target.setAttribute("aria-pressed", String(page.whole));
  draw();
});
document.addEventListener("keydown", pressed);
window.addEventListener("online", () => session.wake());
window.addEventListener("popstate", () => {
  if (session.state !== "answering") return;
  history.pushState({ exam: true }, "");
  if (page.view === "question") acts.look("leave");
  else acts.go(page.place);
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") session.hide();
  else session.wake();
});
setInterval(drawTime, 500);
session.start();
