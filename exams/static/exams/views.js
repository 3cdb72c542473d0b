// What stands in the place of the question: the answer sheet, the last look before handing in, the receipt.

import { element } from "./elements.js";

const numberOf = (slots, code) => slots.findIndex((one) => one.slot === code) + 1;
const button = (words, style, onclick) => element("button", { class: `btn ${style}`, type: "button", onclick }, words);
const ask = (title, ...children) => [
  element("div", { class: "ask" }, element("h2", { class: "ask-title" }, title), ...children),
];
const stack = (...buttons) => element("div", { class: "btn-stack" }, ...buttons);

// The sheet by sections; `place` is the question that is open, if one is.
export function answerSheet(sections, answered, flags, place, locked, acts) {
  const slots = [].concat(...sections.map((section) => section.slots));
  const open = slots.filter((slot) => !answered(slot));
  const summary = [`已答 ${slots.length - open.length}`, `未答 ${open.length}`, `标记 ${flags.size}`];
  const nodes = [element("ul", { class: "sheet-summary" }, ...summary.map((words) => element("li", {}, words)))];
  for (const section of sections) {
    const cells = section.slots.map((slot) => element("li", {}, cell(slot, slots.indexOf(slot) + 1)));
    nodes.push(
      element(
        "section",
        { class: "sheet-section" },
        element("h3", {}, section.title),
        element("ol", { class: "sheet-cells" }, ...cells)
      )
    );
  }
  nodes.push(element("p", { class: "sheet-legend" }, "✓ 已答　⚑ 已标记　虚线框“未”未答"));
  if (!locked) {
    const first = open.length ? [button(`回到第 ${slots.indexOf(open[0]) + 1} 题（第一个没答的）`, "btn-big btn-wide", () => acts.goTo(open[0]))] : [];
    const handIn = button("交卷", "btn-primary btn-big btn-wide", () => acts.look("submit"));
    nodes.push(element("div", { class: "sheet-acts btn-stack" }, ...first, handIn));
  }
  return nodes;

  function cell(slot, number) {
    const done = answered(slot);
    const flagged = flags.has(slot.slot);
    return element(
      "button",
      {
        class: `cell${done ? " is-answered" : ""}${flagged ? " is-flagged" : ""}`,
        type: "button",
        disabled: locked,
        "aria-label": `第 ${number} 题，${done ? "已答" : "未答"}${flagged ? "，已标记" : ""}`,
        "aria-current": slot === place ? "true" : null,
        onclick: () => acts.goTo(slot),
      },
      element("span", {}, String(number)),
      element("span", { class: "cell-mark", "aria-hidden": "true" }, flagged ? "⚑" : done ? "✓" : "未")
    );
  }
}

// Before handing in: what is missing, or that all is there.
export function askView(open, slots, remainingMs, acts) {
  if (open.length) {
    const numbers = open.map((slot) => {
      const number = numberOf(slots, slot.slot);
      const go = element("button", { type: "button", "aria-label": `去答第 ${number} 题`, onclick: () => acts.goTo(slot) }, String(number));
      return element("li", {}, go);
    });
    return ask(
      `还有 ${open.length} 题没答`,
      element("ul", { class: "num-links" }, ...numbers),
      stack(
        button("回去答", "btn-primary btn-big btn-wide", () => acts.goTo(open[0])),
        button("就这样交卷", "btn-big btn-wide", acts.handIn)
      )
    );
  }
  return ask(
    `${slots.length} 题都答完了`,
    element("p", {}, `还剩 ${Math.ceil(remainingMs / 60000)} 分钟。交卷后不能再改。`),
    stack(
      button("再检查一下", "btn-big btn-wide", () => acts.look("sheet")),
      button("确认交卷", "btn-primary btn-big btn-wide", acts.handIn)
    )
  );
}

export function leaveView(waiting, acts) {
  const saved = waiting ? `${waiting} 题的答案还在手机里，有网自动上传。` : "答案都已保存。";
  return ask(
    "要离开考试吗？",
    element("p", {}, `${saved}离开后时间继续走，可以随时回来接着答。`),
    stack(
      button("留在考试", "btn-primary btn-big btn-wide", () => acts.look("question")),
      button("离开", "btn-big btn-wide", acts.leave)
    )
  );
}

export function elsewhereView(refusal, acts) {
  return ask(
    "已在另一台设备或另一个页面上作答",
    element("p", {}, refusal ? refusal.message : "要在这里继续吗？那边会停下来，已经保存的答案都在。"),
    stack(button("在这里继续", "btn-primary btn-big btn-wide", acts.claim), button("回到我的考试", "btn-big btn-wide", acts.leave))
  );
}

export function mismatchView(differing, slots, acts) {
  const numbers = differing.map((code) => numberOf(slots, code)).sort((a, b) => a - b);
  return ask(
    "请核对以后再交卷",
    element("p", {}, `手机上的答案和服务器上保存的不一样，现在按服务器上的显示。不一样的是第 ${numbers.join("、")} 题。`),
    stack(button("以此交卷", "btn-primary btn-big btn-wide", acts.agree))
  );
}

export function waitView(words) {
  return ask(words);
}

export function noticeView(title, message, places) {
  return ask(
    title,
    element("p", {}, message),
    element("div", { class: "btn-stack" }, element("a", { class: "btn btn-big btn-wide", href: places.home }, "回到我的考试"))
  );
}

export function receiptView(receipt, finals, slots, places) {
  const time = new Intl.DateTimeFormat("zh-CN", { dateStyle: "medium", timeStyle: "medium", hour12: false });
  const facts = [
    ["交卷时间", time.format(new Date(receipt.submitted_at))],
    ["已答", `${receipt.answered} / ${receipt.of} 题`],
  ];
  const late = finals.filter((one) => one.status === "late").map((one) => numberOf(slots, one.slot)).filter(Boolean);
  if (late.length) facts.push(["待裁定", `第 ${late.join("、")} 题送到时已过时间`]);
  const list = [].concat(...facts.map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
  return [
    element(
      "section",
      { class: "receipt" },
      element("h2", { class: "receipt-title" }, "✓ 交卷成功"),
      element("p", {}, "回执号"),
      element("p", { class: "receipt-number" }, receipt.number),
      element("dl", { class: "facts" }, ...list)
    ),
    element("p", {}, "可以截图保存。现在可以关闭这个页面了。"),
    element("div", { class: "btn-stack" }, element("a", { class: "btn btn-big btn-wide", href: places.home }, "回到我的考试")),
  ];
}
