/** The request that a form stands for: the form's own, but for its headers and its body. */
import type { HttpRequest } from '../../http/message.ts'

export class FormRequest implements HttpRequest {
  readonly headers: HttpRequest['headers']
  readonly body: AsyncIterable<Uint8Array>
  /** Of the file, nobody knows before its end. */
  readonly contentLength = undefined
  readonly #form: HttpRequest

  constructor(form: HttpRequest, headers: HttpRequest['headers'], body: AsyncIterable<Uint8Array>) {
    this.#form = form
    this.headers = headers
    this.body = body
  }

  get id(): string {
    return this.#form.id
  }

  get method(): string {
    return this.#form.method
  }

  get path(): string {
    return this.#form.path
  }

  get query(): string {
    return this.#form.query
  }

  get rawHeaders(): readonly string[] {
    return this.#form.rawHeaders
  }

  get host(): string {
    return this.#form.host
  }

  get forwarded(): HttpRequest['forwarded'] {
    return this.#form.forwarded
  }

  get secure(): boolean {
    return this.#form.secure
  }

  get remoteAddress(): string {
    return this.#form.remoteAddress
  }

  get signal(): AbortSignal {
    return this.#form.signal
  }
}
