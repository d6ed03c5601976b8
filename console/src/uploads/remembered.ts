/**
 * Which multipart uploads this browser began and has not finished, kept in IndexedDB, so that they can go on after a reload. The file itself cannot be
 * kept; by name, size and time it is known again, and where the browser gives a handle, it need not be chosen again.
 */
import { baseUrl } from '../api/client.ts'

export interface RememberedUpload {
  readonly uploadId: string
  readonly bucket: string
  readonly key: string
  /** Who began it: another one who signs in here does not see it. */
  readonly who: string
  /** Below which address: on one host may be several consoles. */
  readonly server: string
  readonly name: string
  readonly size: number
  readonly lastModified: number
  readonly contentType: string
  readonly partSize: number
  readonly overwrite: boolean
  readonly begun: number
  readonly handle?: FileSystemFileHandle | undefined
}

const storeName = 'uploads'

/** Where the browser keeps nothing (a private window), uploads work and are not remembered. */
export async function remember(upload: Omit<RememberedUpload, 'server'>): Promise<void> {
  await inStore('readwrite', (store) => store.put({ ...upload, server: baseUrl })).catch(() => undefined)
}

export async function forget(uploadId: string): Promise<void> {
  await inStore('readwrite', (store) => store.delete([baseUrl, uploadId])).catch(() => undefined)
}

/** Of whoever is signed in, oldest first. */
export async function rememberedOf(who: string): Promise<readonly RememberedUpload[]> {
  // What is in the store was put there by this file.
  const all = (await inStore('readonly', (store) => store.getAll()).catch(() => [])) as RememberedUpload[]
  return all.filter((upload) => upload.who === who && upload.server === baseUrl).toSorted((a, b) => a.begun - b.begun)
}

async function inStore<T>(mode: IDBTransactionMode, task: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open()
  try {
    return await resultOf(task(database.transaction(storeName, mode).objectStore(storeName)))
  } finally {
    database.close()
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open('entrepot-console', 1)
  request.addEventListener('upgradeneeded', () => {
    request.result.createObjectStore(storeName, { keyPath: ['server', 'uploadId'] })
  })
  return resultOf(request)
}

const resultOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.addEventListener('success', () => resolve(request.result))
    request.addEventListener('error', () => reject(request.error ?? new Error('IndexedDB failed')))
  })
