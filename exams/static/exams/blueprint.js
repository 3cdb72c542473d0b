// The blueprint editor: counts what the banks can give while one types. Without script a button does the same.
const form = document.getElementById("blueprint");
let timer = 0;
let latest = 0;

function say(cell, row) {
  cell.textContent = "";
  const tr = cell.closest("tr");
  tr.classList.toggle("row-bad", Boolean(row.reason));
  const words = document.createElement("span");
  if (row.reason) {
    words.className = "field-error";
    words.textContent = row.reason;
  } else {
    words.textContent = row.available === null ? "—" : `可抽 ${row.available} 题`;
  }
  cell.append(words);
}

function show(reply) {
  form.querySelectorAll("[data-section]").forEach((section, s) => {
    section.querySelector("[data-section-sum]").textContent = reply.sections[s] || "";
    section.querySelectorAll("[data-available]").forEach((cell, r) => {
      const row = reply.rows[s] && reply.rows[s][r];
      if (row) say(cell, row);
    });
  });
  const balance = document.getElementById("balance");
  balance.classList.toggle("notice-ok", reply.balanced);
  balance.classList.toggle("notice-warn", !reply.balanced);
  balance.querySelector("[data-count]").textContent = reply.count;
  balance.querySelector("[data-sum]").textContent = reply.sum;
  balance.querySelector("[data-balance]").textContent = reply.balanced ? "，与满分一致" : `，与满分 ${form.elements.total.value} 分不一致`;
  showClashes(reply.clashes);
}

function showClashes(clashes) {
  const box = document.getElementById("clashes");
  box.textContent = "";
  if (!clashes.length) return;
  const notice = document.createElement("div");
  notice.className = "notice notice-bad";
  const title = document.createElement("p");
  title.className = "notice-title";
  title.textContent = "题库不够";
  const list = document.createElement("ul");
  for (const clash of clashes) {
    const item = document.createElement("li");
    item.textContent = `${clash.text}。` + (clash.ways.length ? `可以：${clash.ways.join("；")}。` : "");
    list.append(item);
  }
  notice.append(title, list);
  box.append(notice);
}

async function count() {
  const mine = ++latest;
  try {
    const reply = await fetch(form.dataset.countUrl, { method: "POST", body: new FormData(form), credentials: "same-origin" });
    if (reply.ok && mine === latest) show(await reply.json());
  } catch (error) {
    // Offline: the numbers stay as they were; saving checks again.
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(count, 400);
});

// Another kind has other credit rules: let the page be drawn anew.
form.addEventListener("change", (event) => {
  if (event.target.name && event.target.name.endsWith("-kind")) form.querySelector("button[value=count]").click();
});
