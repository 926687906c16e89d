/** A payload is damaged or not one of RoboPerception's. The message says what is wrong with it. */
export class PayloadError extends Error {
  constructor(message) {
    super(message);
    this.name = 'PayloadError';
  }
}
