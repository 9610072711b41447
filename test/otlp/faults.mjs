// How the receiver answers: a list of steps, one for each request, in the order in which requests begin.
//
//   STEP  = [COUNT*]ANSWER[ NAME=VALUE …]         steps end with a line or `;`, `#` begins a comment
//   ANSWER:
//     200, 429, 503, any other status     the status; 200 acknowledges
//     partial                             200 with partial_success: rejected=N message='TEXT'
//     reset-early, reset-late             the connection is reset before the body is read, or after
//     close-midway                        the connection is closed after the first bytes of the body
//     truncated                           half of an answer that promises more, then the end
//     garbage                             200 with a body that is no protobuf and no JSON
//     nonsense                            bytes that are no HTTP
//     silent                              no answer, until the client gives up
//   NAME=VALUE, for those that answer:
//     delay=MILLISECONDS    before the answer
//     retry-after=SECONDS, retry-after=date:SECONDS     the header, as a number or a date
//     message=TEXT          in the Status, or in the partial success
//     bytes=N               a body of so many bytes
//     header.NAME=VALUE     another header
//
// A value with blanks stands between quotes. After the last step everything is answered with 200.
const answers = new Set(["partial", "reset-early", "reset-late", "close-midway", "truncated", "garbage", "nonsense", "silent"]);
const names = new Set(["delay", "retry-after", "message", "rejected", "bytes"]);

function parse_step(text) {
  const words = text.match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g).map((word) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
  const [, count, answer] = words[0].match(/^(?:(\d+)\*)?(.+)$/);
  if (!answers.has(answer) && !/^[2-5]\d\d$/.test(answer)) throw new Error(`script: no answer is called ${answer}`);
  const step = { answer, headers: {}, text };
  for (const word of words.slice(1)) {
    const at = word.indexOf("=");
    const name = word.slice(0, at);
    if (at > 0 && name.startsWith("header.")) step.headers[name.slice(7)] = word.slice(at + 1);
    else if (at > 0 && names.has(name)) step[name] = word.slice(at + 1);
    else throw new Error(`script: ${text}: ${word} means nothing`);
  }
  return { count: Number(count ?? 1), step };
}

export function parse_script(text) {
  const steps = [];
  for (const line of text.split("\n")) {
    for (const part of line.replace(/(^|\s)#.*$/, "").split(";")) {
      if (part.trim() !== "") steps.push(parse_step(part.trim()));
    }
  }
  return steps;
}

const always_well = { answer: "200", headers: {}, text: "200" };

// Hands out the steps of a script.
export class Script {
  constructor(text) {
    this.steps = parse_script(text);
  }

  next() {
    while (this.steps.length > 0 && this.steps[0].count === 0) this.steps.shift();
    if (this.steps.length === 0) return always_well;
    --this.steps[0].count;
    return this.steps[0].step;
  }
}

// The seconds that a step asks to wait, and the header that says so.
export function retry_after(step, now_ms) {
  const value = step["retry-after"];
  if (value === undefined) return undefined;
  if (!value.startsWith("date:")) return { header: value, until_ms: now_ms + 1000 * Number(value) };
  const until_ms = Math.ceil(now_ms / 1000) * 1000 + 1000 * Number(value.slice(5));
  return { header: new Date(until_ms).toUTCString(), until_ms };
}
