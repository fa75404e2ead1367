import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { anonymous } from '../client'
import { failureAt } from '../failure'
import {
  CreateGoodsDocument,
  CreateMovieDocument,
  CreateVehicleDocument,
  ProductDocument,
  UpdateGoodsDocument,
  UpdateMovieDocument,
  UpdateVehicleDocument,
  type ProductFactsFragment,
} from '../graphql'
import { decimal, parseDecimal } from '../money'
import { ForStaff } from '../parts/account_gate'
import { useAnnounce } from '../parts/announce'
import { DeleteProduct } from '../parts/delete_product'
import { Field, Form, formErrors, noErrors, TextField, textOf, wholeOf, type FormErrors } from '../parts/form'
import { ManageFiles } from '../parts/manage_files'
import { Loading, Missing, Page } from '../parts/page'
import { kindNames } from '../parts/product'
import { useShopMutation, useShopQuery, type Done } from '../query'

type Kind = ProductFactsFragment['__typename']
const kinds: Kind[] = ['Movie', 'Vehicle', 'Goods']

export function NewProduct() {
  const [kind, setKind] = useState<Kind>('Movie')
  return (
    <Page title="New product">
      <ForStaff>
        <fieldset className="pills">
          <legend className="unseen">Kind</legend>
          {kinds.map((value) => (
            <label key={value}>
              <input type="radio" name="kind" checked={kind === value} onChange={() => setKind(value)} />
              <span>{kindNames[value]}</span>
            </label>
          ))}
        </fieldset>
        <Editor key={kind} kind={kind} />
      </ForStaff>
    </Page>
  )
}

export function EditProduct({ id }: { id: string }) {
  const { data, failures, isLoading, retry } = useShopQuery({ query: ProductDocument, variables: { id, termMonths: 24 }, context: anonymous })
  const failure = failureAt(failures, 'product')
  const product = data?.product
  return (
    <Page title={product ? `Edit ${product.name}` : 'Edit'}>
      <ForStaff>
        {isLoading && <Loading what="the product" />}
        {failure && <Missing failure={failure} onRetry={retry} />}
        {!isLoading && !failure && !product && <p>There is no such product.</p>}
        {product && (
          <>
            <Editor kind={product.__typename} product={product} />
            <ManageFiles product={product} />
            <p className="actions">
              <Link href={`/products/${encodeURIComponent(id)}`}>Back to the product</Link>
              <DeleteProduct id={id} name={product.name} />
            </p>
          </>
        )}
      </ForStaff>
    </Page>
  )
}

/** What every form of a product has; absent means that the field is empty, and the service says so where it must not be. */
type Article = { price: number | null; stock: number; description: string }

/** What the form holds, or the fields whose text is no number. */
function readArticle(values: FormData, isNew: boolean): { article: Article; wrong: Record<string, string> } {
  const wrong: Record<string, string> = {}
  const priceText = textOf(values, 'price')
  const price = priceText === undefined ? null : parseDecimal(priceText)
  if (price === undefined) wrong.price = 'Write the price like 14.99.'
  for (const name of ['year', 'mileage', 'stock']) {
    if (Number.isNaN(wholeOf(values, name))) wrong[name] = 'Write a whole number.'
  }
  // A new product without them the service refuses; of one that is there it would keep the old ones.
  for (const name of isNew ? [] : ['price', 'year', 'mileage']) {
    if (values.has(name) && textOf(values, name) === undefined) wrong[name] = 'This must not be empty.'
  }
  return { article: { price: price ?? null, stock: wholeOf(values, 'stock') ?? 0, description: textOf(values, 'description') ?? '' }, wrong }
}

function castOf(values: FormData): string[] {
  return (textOf(values, 'cast') ?? '').split(/[,\n]/).map((name) => name.trim()).filter(Boolean)
}

/** The mutation of each kind, for a new product and for one that is there. */
function useSave(kind: Kind, id: string | undefined) {
  const createMovie = useShopMutation(CreateMovieDocument)
  const updateMovie = useShopMutation(UpdateMovieDocument)
  const createVehicle = useShopMutation(CreateVehicleDocument)
  const updateVehicle = useShopMutation(UpdateVehicleDocument)
  const createGoods = useShopMutation(CreateGoodsDocument)
  const updateGoods = useShopMutation(UpdateGoodsDocument)
  const all = [createMovie, updateMovie, createVehicle, updateVehicle, createGoods, updateGoods]
  const save = (values: FormData, article: Article): Promise<Done<object> | undefined> => {
    const year = wholeOf(values, 'year') ?? null
    switch (kind) {
      case 'Movie': {
        const input = { ...article, title: textOf(values, 'title') ?? '', year, cast: castOf(values) }
        return id === undefined ? createMovie.run({ input }) : updateMovie.run({ id, input })
      }
      case 'Vehicle': {
        const input = { ...article, make: textOf(values, 'make') ?? '', model: textOf(values, 'model') ?? '', year, mileage: wholeOf(values, 'mileage') ?? null }
        return id === undefined ? createVehicle.run({ input }) : updateVehicle.run({ id, input })
      }
      case 'Goods': {
        const input = { ...article, name: textOf(values, 'name') ?? '' }
        return id === undefined ? createGoods.run({ input }) : updateGoods.run({ id, input })
      }
    }
  }
  return { save, isBusy: all.some(({ isBusy }) => isBusy) }
}

const names = ['title', 'year', 'cast', 'make', 'model', 'mileage', 'name', 'price', 'stock', 'description']

/** The product in the answer of any of the six mutations. */
function saved(done: Done<object>): ProductFactsFragment | undefined {
  const value = Object.entries(done.data ?? {}).find(([name]) => name !== '__typename')?.[1] as ProductFactsFragment | null | undefined
  return value ?? undefined
}

function Editor({ kind, product }: { kind: Kind; product?: ProductFactsFragment }) {
  const announce = useAnnounce()
  const [, navigate] = useLocation()
  const { save, isBusy } = useSave(kind, product?.id)
  const [errors, setErrors] = useState<FormErrors>(noErrors)
  const submit = async (values: FormData) => {
    const { article, wrong } = readArticle(values, !product)
    if (Object.keys(wrong).length > 0) {
      setErrors({ fields: wrong, form: undefined })
      return
    }
    const done = await save(values, article)
    if (!done) return
    const result = saved(done)
    setErrors(result ? noErrors : formErrors(done.failures, names, kind === 'Movie' ? { CONFLICT: 'title' } : {}))
    if (!result) return
    navigate(`/products/${encodeURIComponent(result.id)}`)
    announce(`${result.name} is saved.`)
  }
  return (
    <Form label={kindNames[kind]} errors={errors} isBusy={isBusy} submit={product ? 'Save' : 'Create'} onSubmit={(values) => void submit(values)}>
      <KindFields kind={kind} errors={errors} {...(product && { product })} />
      <Field label="Price in euros" name="price" errors={errors} inputMode="decimal" defaultValue={product ? decimal(product.price.amount) : ''} required />
      <Field label="Pieces in stock" name="stock" errors={errors} inputMode="numeric" defaultValue={product?.stock ?? 0} />
      <TextField label="Description" name="description" errors={errors} defaultValue={product?.description ?? ''} />
    </Form>
  )
}

function KindFields({ kind, errors, product }: { kind: Kind; errors: FormErrors; product?: ProductFactsFragment }) {
  switch (kind) {
    case 'Movie': {
      const movie = product?.__typename === 'Movie' ? product : undefined
      return (
        <>
          <Field label="Title" name="title" errors={errors} defaultValue={movie?.title} required />
          <Field label="Year" name="year" errors={errors} inputMode="numeric" defaultValue={movie?.year} required />
          <Field label="Cast" name="cast" errors={errors} hint="Names with commas between them." defaultValue={movie?.cast.join(', ')} />
        </>
      )
    }
    case 'Vehicle': {
      const vehicle = product?.__typename === 'Vehicle' ? product : undefined
      return (
        <>
          <Field label="Make" name="make" errors={errors} defaultValue={vehicle?.make} required />
          <Field label="Model" name="model" errors={errors} defaultValue={vehicle?.model} required />
          <Field label="Year" name="year" errors={errors} inputMode="numeric" defaultValue={vehicle?.year} required />
          <Field label="Mileage in kilometres" name="mileage" errors={errors} inputMode="numeric" defaultValue={vehicle?.mileage} required />
        </>
      )
    }
    case 'Goods':
      return <Field label="Name" name="name" errors={errors} defaultValue={product?.name} required />
  }
}
