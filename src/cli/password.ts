/** Asks for a password: on the terminal, where it is not seen, or on standard input. Never as a flag, which every user of a machine can read. */
import { Refusal } from '../base/refusal.ts'
import { UsageFault } from './failure.ts'
import type { Input, Surroundings } from './surroundings.ts'

/** Longest line read, in characters. */
const lengthMax = 4096

/** Throws UsageFault where there is no terminal to ask on, and where the second time differs from the first. */
export async function askNewPassword({ input, terminal }: Pick<Surroundings, 'input' | 'terminal'>): Promise<string> {
  const keyboard = input()
  if (keyboard.isTTY !== true) {
    throw new UsageFault(['There is no terminal to ask for the password on. Give it on standard input, with --stdin.'])
  }
  const typed = new Keys(keyboard)
  try {
    terminal.error('New password: ')
    const password = await typed.line()
    terminal.error('\nThe same again: ')
    const again = await typed.line()
    terminal.error('\n')
    if (password !== again) throw new UsageFault(['The second password differs from the first. Nothing was changed.'])
    return password
  } finally {
    typed.end()
  }
}

/** The first line of standard input. */
export async function readPasswordLine({ input }: Pick<Surroundings, 'input'>): Promise<string> {
  let text = ''
  for await (const chunk of input().setEncoding('utf8') as AsyncIterable<string>) {
    text += chunk
    if (text.includes('\n') || text.length > lengthMax) break
  }
  return text.split(/\r?\n/, 1)[0]!
}

/** What is typed on a terminal that shows nothing of it. */
class Keys {
  readonly #input: Input
  #waiting: PromiseWithResolvers<string> | undefined
  #typed: string[] = []
  /** What was typed ahead. */
  #ahead: string[] = []

  constructor(input: Input) {
    this.#input = input.setEncoding('utf8')
    input.setRawMode?.(true)
    input.on('data', this.#onData)
    input.on('end', this.#onEnd)
  }

  line(): Promise<string> {
    this.#waiting = Promise.withResolvers()
    const { promise } = this.#waiting
    this.#goOn()
    return promise
  }

  end(): void {
    this.#input.off('data', this.#onData)
    this.#input.off('end', this.#onEnd)
    this.#input.setRawMode?.(false)
    this.#input.pause()
  }

  readonly #onData = (text: string): void => {
    for (const character of text) this.#ahead.push(character)
    this.#goOn()
  }

  readonly #onEnd = (): void => this.#waiting?.reject(cancelled())

  #goOn(): void {
    while (this.#waiting !== undefined && this.#ahead.length > 0) this.#press(this.#ahead.shift()!, this.#waiting)
  }

  #press(key: string, { resolve, reject }: PromiseWithResolvers<string>): void {
    switch (key) {
      case '\r':
      case '\n':
        this.#waiting = undefined
        resolve(this.#typed.join(''))
        this.#typed = []
        return
      // Ctrl-C, Ctrl-D: in raw mode they are keys like any other.
      case '\u0003':
      case '\u0004':
        this.#waiting = undefined
        reject(cancelled())
        return
      case '\u007F':
      case '\b':
        this.#typed.pop()
        return
      // Ctrl-U: the line anew.
      case '\u0015':
        this.#typed = []
        return
      default:
        if (this.#typed.length < lengthMax) this.#typed.push(key)
    }
  }
}

const cancelled = (): Refusal => new Refusal('Cancelled. Nothing was changed.')
