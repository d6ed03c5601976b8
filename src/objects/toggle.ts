/** What a toggle is: a kind of value, and how a written value becomes one. The toggles themselves are in profile.ts. */

/** A toggle's value, as records and JSON keep it. */
export type ToggleValue = string | number | boolean | null

/** A kind of value. `parse` takes a text, or the value itself as JSON has it, and throws ToggleFault. */
export interface ToggleKind<T extends ToggleValue> {
  /** As the documentation shows it: `off, read, on`. */
  readonly name: string
  /** Those that there are, as an operator writes them; undefined for numbers. */
  readonly values: readonly string[] | undefined
  readonly parse: (written: unknown) => T
}

/** Why a written value is none of a toggle's; the message ends a sentence that begins with the toggle's name. */
export class ToggleFault extends Error {
  override readonly name = 'ToggleFault'
}

/** `on` or `off`, and what else means the same. */
export const onOrOff: ToggleKind<boolean> = {
  name: 'on, off',
  values: ['on', 'off'],
  parse(written) {
    const text = String(written).toLowerCase()
    if (text === 'true' || text === 'on' || text === 'yes' || text === '1') return true
    if (text === 'false' || text === 'off' || text === 'no' || text === '0') return false
    throw new ToggleFault(`is ${quoted(written)}; write on or off`)
  },
}

export const choice = <const T extends string | number>(...choices: readonly T[]): ToggleKind<T> => ({
  name: choices.join(', '),
  values: choices.map(String),
  parse(written) {
    // A boolean is what JSON and shells make of on and off.
    const text = written === true ? 'on' : written === false ? 'off' : String(written).toLowerCase()
    const found = choices.find((candidate) => String(candidate).toLowerCase() === text)
    if (found === undefined) throw new ToggleFault(`is ${quoted(written)}; write one of ${choices.join(', ')}`)
    return found
  },
})

/** A whole number, or none: `null` in JSON, `none` as a text. */
export const numberOrNone = (min: number, max: number): ToggleKind<number | null> => ({
  name: `${min} to ${max}, or none`,
  values: undefined,
  parse(written) {
    const text = String(written).toLowerCase()
    if (text === 'null' || text === 'none') return null
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) {
      throw new ToggleFault(`is ${quoted(written)}; write a whole number from ${min} to ${max}, or none`)
    }
    return value
  },
})

export const wholeNumber = (min: number, max: number): ToggleKind<number> => ({
  name: `${min} to ${max}`,
  values: undefined,
  parse(written) {
    const text = String(written)
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
    if (!(value >= min && value <= max)) {
      throw new ToggleFault(`is ${quoted(written)}; write a whole number from ${min} to ${max}`)
    }
    return value
  },
})

/** As an operator would write it. */
export const showToggleValue = (value: ToggleValue): string =>
  value === true ? 'on' : value === false ? 'off' : value === null ? 'none' : String(value)

const quoted = (written: unknown): string => JSON.stringify(String(written).slice(0, 60))
