/** What is told of a policy that cannot be taken. */
import { ApiError } from '../../base/errors.ts'

export const syntaxFault = 'Invalid policy syntax.'

export const malformed = (message: string = syntaxFault, details?: Readonly<Record<string, string>>): ApiError =>
  new ApiError('MalformedPolicy', message, details && { details })
