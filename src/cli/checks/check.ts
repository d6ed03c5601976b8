/** What a check of `entrepot doctor` finds. */

export interface Finding {
  readonly name: string
  readonly status: 'ok' | 'warning' | 'failed'
  /** What was seen. */
  readonly message: string
  /** What to do about it; undefined where it is ok. */
  readonly remedy?: string | undefined
  /** For machines. */
  readonly facts?: Readonly<Record<string, number>> | undefined
}

export const ok = (name: string, message: string, facts?: Finding['facts']): Finding => ({
  name,
  status: 'ok',
  message,
  facts,
})

export const warning = (name: string, message: string, remedy: string): Finding => ({
  name,
  status: 'warning',
  message,
  remedy,
})

export const failed = (name: string, message: string, remedy: string): Finding => ({
  name,
  status: 'failed',
  message,
  remedy,
})
