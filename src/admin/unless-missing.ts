/** What is found, or undefined in place of an error that says that it is not there. */
import { ApiError } from '../base/errors.ts'

export const unlessMissing = <T>(finding: Promise<T>): Promise<T | undefined> =>
  finding.catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 404) return undefined
    throw error
  })
