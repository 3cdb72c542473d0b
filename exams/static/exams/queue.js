// Answers on their way: on the phone's disk before they are sent, gone when the server says that it has them.
// Nothing is kept but attempt, slot, value and number. IndexedDB; localStorage where there is none; else memory,
// and `durable` is false.

const DATABASE = "exam";
const STORE = "queue";
const PREFIX = "exam-queue:";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

class IndexedStore {
  static async open() {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
    const store = new IndexedStore();
    store.database = await settled(opening);
    store.database.onversionchange = () => store.database.close();
    await store.all(); // some private modes open a database and then refuse to read it
    return store;
  }

  // Resolves when the transaction is complete, which is later than its requests.
  change(work) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(STORE));
    });
  }

  all() {
    return settled(this.database.transaction(STORE).objectStore(STORE).getAll());
  }

  put(item) {
    return this.change((store) => store.put(item));
  }

  remove(ids) {
    return this.change((store) => ids.forEach((id) => store.delete(id)));
  }
}

class LocalStore {
  static async open() {
    localStorage.setItem(`${PREFIX}test`, "1");
    localStorage.removeItem(`${PREFIX}test`);
    return new LocalStore();
  }

  async all() {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
    return keys.map((key) => JSON.parse(localStorage.getItem(key)));
  }

  async put(item) {
    localStorage.setItem(PREFIX + item.id, JSON.stringify(item));
  }

  async remove(ids) {
    ids.forEach((id) => localStorage.removeItem(PREFIX + id));
  }
}

export class Queue {
  // The queue of one attempt, with what an earlier page left there.
  static async open(attempt) {
    const queue = new Queue();
    queue.attempt = attempt;
    queue.items = []; // in the order in which they were made
    queue.writing = Promise.resolve();
    queue.page = Math.random().toString(36).slice(2); // two pages of one attempt share the store
    queue.made = 0;
    queue.durable = true;
    queue.store = null;
    for (const kind of [IndexedStore, LocalStore]) {
      try {
        queue.store = await kind.open();
        break;
      } catch (error) {
        // not here, or not allowed: the next kind
      }
    }
    if (queue.store) {
      const left = (await queue.store.all()).filter((item) => item.attempt === attempt);
      queue.items = left.sort((a, b) => a.epoch - b.epoch || a.seq - b.seq);
      // Any of them may have been sent before the page died.
      queue.items.forEach((item) => (item.sent = true));
    } else {
      queue.durable = false;
    }
    return queue;
  }

  get size() {
    return this.items.length;
  }

  // Slots that wait, for "3 题待传".
  get slots() {
    return new Set(this.items.map((item) => item.slot)).size;
  }

  // An answer. One that is not sent yet takes the new value and keeps its number.
  add(slot, value, epoch, nextSeq) {
    let item = this.items.find((one) => one.slot === slot && !one.sent && one.epoch === epoch);
    if (item) {
      item.value = value;
    } else {
      this.made += 1;
      item = { id: `${this.page}-${this.made}`, attempt: this.attempt, epoch, seq: nextSeq(), slot, value, sent: false };
      item.since = performance.now();
      this.items.push(item);
    }
    this.write((store) =>
      store.put({ id: item.id, attempt: item.attempt, epoch: item.epoch, seq: item.seq, slot, value: item.value })
    );
    return item;
  }

  remove(items) {
    const gone = new Set(items.map((item) => item.id));
    this.items = this.items.filter((item) => !gone.has(item.id));
    if (gone.size) this.write((store) => store.remove([...gone]));
  }

  // Writes run one after the other; a full or broken store makes the queue not durable, and it says so.
  write(work) {
    if (!this.store) return;
    this.writing = this.writing.then(() => work(this.store)).catch(() => (this.durable = false));
  }

  // Up to `most` items that fit into one request; they are on disk when this resolves, and count as sent.
  async batch(most, bytes) {
    const chosen = [];
    let size = 0;
    for (const item of this.items) {
      size += JSON.stringify(item.value).length * 3 + 120;
      if (chosen.length && (chosen.length >= most || size > bytes)) break;
      chosen.push(item);
    }
    chosen.forEach((item) => (item.sent = true));
    await this.writing;
    return chosen;
  }

  lastSeq(epoch) {
    return this.items.reduce((last, item) => (item.epoch === epoch ? Math.max(last, item.seq) : last), 0);
  }

  oldestMs() {
    const since = this.items.map((item) => item.since || 0);
    return since.length ? Math.round(performance.now() - Math.min(...since)) : 0;
  }
}
