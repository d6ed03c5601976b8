/** What a front keeps of a request that it refused, for those who ask why: references while the request is answered, made into words later. */

/** Told by `Served.refused`. */
export interface Refused {
  /** As it was answered. */
  readonly status: number
  readonly code: string
  readonly message: string
  /** To be called once the request is over, off its way. Nothing that it gives is secret, but to other accounts. */
  explain(): Explanation | Promise<Explanation>
}

export interface Explanation {
  /** In the order in which they were made; what comes after one that failed was not reached. */
  readonly checks: readonly Check[]
  readonly differences: readonly Difference[]
  /** What to do about it, in sentences. */
  readonly advice: readonly Advice[]
  /** As the server computed them, where a signature was compared. */
  readonly canonicalRequest?: string | undefined
  readonly stringToSign?: string | undefined
  /** Whose access key it names, though nothing proves that they sent it. */
  readonly claimed?: { readonly accessKeyId: string; readonly accountId: string | undefined } | undefined
  /** In place of the path as sent, where that may hold anything. */
  readonly path?: string | undefined
  /** A bucket that the request was about, which the one who asked was not told of. */
  readonly bucket?: { readonly name: string; readonly accountId: string } | undefined
}

export interface Check {
  readonly name: string
  readonly outcome: 'passed' | 'failed' | 'not reached'
  readonly detail: string
  /** The only account that its detail may be told to; undefined where all may be told that see the refusal. */
  readonly only?: string | undefined
}

export interface Difference {
  readonly name: string
  readonly sent: string
  readonly expected: string
}

export interface Advice {
  readonly text: string
  /** As of a check. */
  readonly only?: string | undefined
}

/** One check of a front's list. */
export interface Failure {
  readonly name: string
  readonly detail: string
  readonly only?: string | undefined
}

/** The checks up to the one that failed have passed, and those after it were not reached. */
export const checksTo = (names: readonly string[], { name, detail, only }: Failure): readonly Check[] => {
  const at = names.indexOf(name)
  return names.map((each, index) =>
    index === at
      ? { name: each, outcome: 'failed', detail, only }
      : { name: each, outcome: index < at ? 'passed' : 'not reached', detail: '' },
  )
}
