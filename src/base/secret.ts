/** A text that must not be seen: wherever it is printed, logged or serialised, `[redacted]` appears instead. */
import { inspect } from 'node:util'

const redacted = '[redacted]'

export class Secret {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  /** The text itself. Never to be logged, never to be put into an error. */
  reveal(): string {
    return this.#text
  }

  toString(): string {
    return redacted
  }

  toJSON(): string {
    return redacted
  }

  [inspect.custom](): string {
    return redacted
  }
}
