/** `POST /bucket/key?append&position=N`: AppendObject as Alibaba OSS has it. */
import { operation } from '../operation.ts'
import { shape } from '../shape.ts'
import { AppendObject, appendObject } from './AppendObject.ts'
import appended from './AppendObject.ts'

export default {
  ...operation(shape({ ...AppendObject, method: 'POST' }), { action: 's3:PutObject', handle: appendObject }),
  ...{ honours: appended.honours, refuses: appended.refuses, honoured: appended.honoured },
}
