// Files of a product for staff: several at once, one after the other, with a question where a name is taken.
import { useEffect, useId, useRef, useState, type ChangeEvent } from 'react'
import { withFiles } from '../client'
import type { Failure } from '../failure'
import { DeleteFileDocument, UploadFileDocument, type ProductFilesFragment } from '../graphql'
import { useShopMutation } from '../query'
import { useAnnounce } from './announce'
import { ConfirmDelete } from './confirm'
import { fileFacts } from './files'
import { Refusal } from './page'

/** taken: the product has a file of this name, and the person has not said yet whether to replace it. */
type UploadState = 'waiting' | 'sending' | 'done' | 'taken' | 'failed'

type Upload = { key: number; file: File; state: UploadState; overwrite: boolean; failure?: Failure }

export function ManageFiles({ product }: { product: ProductFilesFragment }) {
  return (
    <section aria-labelledby="manage-files">
      <h2 id="manage-files">Files</h2>
      {product.files.length === 0 ? (
        <p className="muted">There are none yet.</p>
      ) : (
        <ul className="lines" aria-label="Files of the product">
          {product.files.map((file) => (
            <li key={file.id} className="line" data-file={file.name}>
              <span className="line-name">
                <a href={file.path} download={file.name}>
                  {file.name}
                </a>
                <span className="muted small">{fileFacts(file)}</span>
              </span>
              <DeleteFile file={file} />
            </li>
          ))}
        </ul>
      )}
      <Uploads productId={product.id} />
    </section>
  )
}

function DeleteFile({ file }: { file: ProductFilesFragment['files'][number] }) {
  const announce = useAnnounce()
  const { run, isBusy } = useShopMutation(DeleteFileDocument)
  const remove = async () => {
    const done = await run({ id: file.id })
    if (!done?.data?.deleteFile) return done?.failures[0]
    announce(`${file.name} is deleted.`)
    return undefined
  }
  return (
    <ConfirmDelete question={`Delete ${file.name}?`} label="Delete" fullLabel={`Delete ${file.name}`} isBusy={isBusy} onConfirm={remove}>
      Nobody can download it any more.
    </ConfirmDelete>
  )
}

function Uploads({ productId }: { productId: string }) {
  const id = useId()
  const announce = useAnnounce()
  const { run } = useShopMutation(UploadFileDocument, withFiles)
  const [uploads, setUploads] = useState<Upload[]>([])
  const chosenBefore = useRef(0)
  const change = (key: number, part: Partial<Upload>) =>
    setUploads((before) => before.map((upload) => (upload.key === key ? { ...upload, ...part } : upload)))

  const send = async ({ key, file, overwrite }: Upload) => {
    change(key, { state: 'sending' })
    const done = await run({ productId, file, overwrite })
    if (!done) return
    const failure = done.failures[0]
    if (done.data?.uploadProductImage) {
      change(key, { state: 'done' })
      announce(`${file.name} is uploaded.`)
    } else if (failure?.code === 'CONFLICT') {
      change(key, { state: 'taken' })
      announce(`There is a file ${file.name} already.`)
    } else {
      change(key, { state: 'failed', ...(failure && { failure }) })
    }
  }
  useEffect(() => {
    const next = uploads.find(({ state }) => state === 'waiting')
    if (next && !uploads.some(({ state }) => state === 'sending')) void send(next)
  })

  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const files = [...(event.currentTarget.files ?? [])]
    const chosen = files.map((file): Upload => ({ key: chosenBefore.current++, file, state: 'waiting', overwrite: false }))
    // A name that is chosen again takes the place of its row.
    setUploads((before) => [...before.filter(({ state, file }) => state === 'sending' || !chosen.some((one) => one.file.name === file.name)), ...chosen])
    event.currentTarget.value = '' // so that the same file can be chosen again
  }
  return (
    <>
      <div className="field">
        <label htmlFor={id}>Upload files</label>
        <input id={id} type="file" multiple aria-describedby={`${id}-hint`} onChange={choose} />
        <span className="hint" id={`${id}-hint`}>
          Pictures, videos, documents, of any type; several at once. Pictures are shown on the page of the product.
        </span>
      </div>
      {uploads.length > 0 && (
        <ul className="lines" aria-label="Uploads">
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onSend={(overwrite) => change(upload.key, { state: 'waiting', overwrite })}
              onDrop={() => setUploads((before) => before.filter(({ key }) => key !== upload.key))}
            />
          ))}
        </ul>
      )}
    </>
  )
}

type UploadRowProps = { upload: Upload; onSend: (overwrite: boolean) => void; onDrop: () => void }

function UploadRow({ upload, onSend, onDrop }: UploadRowProps) {
  const { file, state, overwrite, failure } = upload
  return (
    <li className="line" data-upload={state}>
      <span className="line-name">
        {file.name} <span className="muted small">{fileFacts({ contentType: file.type, size: file.size })}</span>
      </span>
      {state === 'waiting' && <span className="muted">Waits for the others</span>}
      {state === 'sending' && <progress aria-label={`Uploading ${file.name}`} />}
      {state === 'done' && <span className="badge good">Uploaded</span>}
      {state === 'taken' && (
        <>
          <span>There is a file of this name already. Replace it?</span>
          <button type="button" aria-label={`Replace ${file.name}`} onClick={() => onSend(true)}>
            Replace
          </button>
          <button type="button" aria-label={`Keep the old one: ${file.name}`} onClick={onDrop}>
            Keep the old one
          </button>
        </>
      )}
      {state === 'failed' && (
        <>
          <Refusal failure={failure} />
          <button type="button" aria-label={`Try again: ${file.name}`} onClick={() => onSend(overwrite)}>
            Try again
          </button>
          <button type="button" className="quiet" aria-label={`Drop it: ${file.name}`} onClick={onDrop}>
            Drop it
          </button>
        </>
      )}
    </li>
  )
}
