/** The answer to whoever names a user that is not there. */
import { ApiError } from '../base/errors.ts'

export const noSuchUser = (nameOrId: string): ApiError =>
  new ApiError('NoSuchEntity', `There is no user ${JSON.stringify(nameOrId)}.`)
