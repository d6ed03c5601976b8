/**
 * `PUT /bucket/key?append` (Wasabi): the body comes after what the object has. With `position` (Ceph, Alibaba OSS) or x-amz-write-offset-bytes, it must
 * have so many bytes; at 0, an object that is not there is made.
 */
import { ApiError } from '../../base/errors.ts'
import { append, refusedByAppend, type Position } from '../append.ts'
import type { Context } from '../context.ts'
import { PutObject } from '../model.generated.ts'
import { operation } from '../operation.ts'
import { header, number, query, shape, type Infer } from '../shape.ts'
import { unsupportedWriteMembers } from '../unsupported.ts'
import { invalidWriteOffset } from '../append.ts'

export const AppendObject = shape({
  name: 'AppendObject',
  method: 'PUT',
  level: 'object',
  query: 'append',
  status: 200,
  input: { ...PutObject.input, Position: query('position', number).optional },
  output: {
    ...PutObject.output,
    NextPosition: header('x-rgw-next-append-position', number).optional,
    NextPositionToo: header('x-oss-next-append-position', number).optional,
  },
  root: undefined,
})

export default operation(AppendObject, {
  action: 's3:PutObject',
  refuses: [...unsupportedWriteMembers, ...refusedByAppend],
  honours: { StorageClass: ['STANDARD'] },
  handle: appendObject,
})

export async function appendObject(input: Infer<typeof AppendObject.input>, context: Context) {
  const output = await append(input, context, positionOf(input))
  return { ...output, NextPosition: output.Size, NextPositionToo: output.Size }
}

function positionOf({ Position, WriteOffsetBytes }: Infer<typeof AppendObject.input>): Position {
  if (Position === undefined) return { offset: WriteOffsetBytes, misplaced: invalidWriteOffset }
  if (WriteOffsetBytes !== undefined && WriteOffsetBytes !== Position) {
    throw new ApiError('InvalidArgument', 'position and x-amz-write-offset-bytes do not say the same.', {
      details: { ArgumentName: 'position', ArgumentValue: String(Position) },
    })
  }
  return { offset: Position, misplaced: positionNotEqualToLength }
}

/** Clients go on from the position that they are told. */
const positionNotEqualToLength = (size: number): ApiError =>
  new ApiError('PositionNotEqualToLength', undefined, {
    headers: { 'x-rgw-next-append-position': String(size), 'x-oss-next-append-position': String(size) },
  })
