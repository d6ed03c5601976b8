/** A page onto which files and folders can be dropped, wherever on it, and which says so while something is dragged over it. */
import { Upload } from 'lucide-react'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { ObjectName } from '../components/ObjectName.tsx'
import { toast } from '../components/toasts.ts'
import { common } from '../strings/common.ts'
import { uploads as words } from '../strings/uploads.ts'
import { CollectError, filesOfDrop } from './collect.ts'
import { uploadFiles, type Destination } from './queue.ts'
import './uploads.css'

interface DropZoneProps extends Destination {
  readonly children: ReactNode
}

export function DropZone({ bucket, prefix, children }: DropZoneProps) {
  const [over, setOver] = useState(false)
  const [said, setSaid] = useState('')
  // Each element that is entered tells, and each that is left.
  const depth = useRef(0)

  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth.current++
      setOver(true)
    }
    const leave = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      depth.current = Math.max(0, depth.current - 1)
      if (depth.current === 0) setOver(false)
    }
    // Without this the browser would open the file in place of the page.
    const stay = (event: DragEvent): void => {
      if (!hasFiles(event)) return
      event.preventDefault()
      if (event.dataTransfer !== null) event.dataTransfer.dropEffect = 'copy'
    }
    const drop = (event: DragEvent): void => {
      if (!hasFiles(event) || event.dataTransfer === null) return
      event.preventDefault()
      depth.current = 0
      setOver(false)
      void take(filesOfDrop(event.dataTransfer))
    }
    async function take(gathering: ReturnType<typeof filesOfDrop>): Promise<void> {
      try {
        const files = await gathering
        if (files.length === 0) toast(words.nothing, 'danger')
        else setSaid(words.dropped(files.length))
        uploadFiles({ bucket, prefix }, files)
      } catch (error) {
        toast(error instanceof CollectError ? error.message : common.failed, 'danger')
      }
    }
    const listeners = [
      ['dragenter', enter] as const,
      ['dragleave', leave] as const,
      ['dragover', stay] as const,
      ['drop', drop] as const,
    ]
    for (const [name, listener] of listeners) addEventListener(name, listener)
    return () => {
      for (const [name, listener] of listeners) removeEventListener(name, listener)
    }
  }, [bucket, prefix])

  return (
    <>
      {children}
      {over && (
        <div className="drop-target" aria-hidden="true">
          <div>
            <Upload />
            <p className="drop-title">{words.dropTitle}</p>
            <p>
              <ObjectName name={`${bucket}/${prefix}`} />
            </p>
          </div>
        </div>
      )}
      <p className="visually-hidden" role="status">
        {over ? words.dropInto(bucket, prefix) : said}
      </p>
    </>
  )
}

const hasFiles = ({ dataTransfer }: DragEvent): boolean => dataTransfer?.types.includes('Files') === true
