// Time left: the server's word, carried on by a clock that only runs forward. The phone's date and time decide nothing.

export class Clock {
  constructor(now) {
    this.now = now || (() => performance.now());
    this.earliest = null; // the end lies between these two, on this clock
    this.latest = null;
  }

  // A reply said that `remainingMs` were left; it was asked at `sentAt` and came just now. Replies narrow the
  // end down between them; one that does not fit (more time, a phone that slept) replaces what was known.
  sync(remainingMs, sentAt) {
    const earliest = sentAt + remainingMs;
    const latest = this.now() + remainingMs;
    const fits = this.earliest !== null && earliest <= this.latest && latest >= this.earliest;
    this.earliest = fits ? Math.max(this.earliest, earliest) : earliest;
    this.latest = fits ? Math.min(this.latest, latest) : latest;
  }

  get known() {
    return this.earliest !== null;
  }

  // Never more than there is.
  remaining() {
    return this.known ? Math.max(0, this.earliest - this.now()) : Infinity;
  }
}

export const LOW_MS = 5 * 60 * 1000;

// Minutes; in the last five minutes seconds, too.
export function timeWords(ms) {
  const seconds = Math.ceil(ms / 1000);
  if (ms > LOW_MS) return `剩余 ${Math.ceil(seconds / 60)} 分钟`;
  if (seconds <= 0) return "时间到";
  const minutes = Math.floor(seconds / 60);
  return `还剩 ${minutes ? `${minutes} 分 ` : ""}${seconds % 60} 秒`;
}
