/** The number of a part, as a request gives it. */
import { ApiError } from '../base/errors.ts'
import { partNumberMax } from '../objects/uploads.ts'

/** Throws InvalidArgument unless it is between 1 and 10,000. */
export function checkPartNumber(partNumber: number): void {
  if (partNumber >= 1 && partNumber <= partNumberMax) return
  throw new ApiError('InvalidArgument', `Part number must be an integer between 1 and ${partNumberMax}, inclusive`, {
    details: { ArgumentName: 'partNumber', ArgumentValue: String(partNumber) },
  })
}
