// A request that breaks a rule; the message says which, and where.
export class Refused extends Error {
  constructor(message, status = 400) {
    super(message);
    this.status = status;
  }
}
