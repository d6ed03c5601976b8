/** For a change that has a secret in it, or in its answer: nothing of it is remembered once what asked for it is gone from the page. */
export const forgotten = { gcTime: 0 } as const
