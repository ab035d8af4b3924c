import type { X509Certificate } from 'node:crypto';
import { Element } from '../cms/element.ts';
import { CmsError } from '../cms/errors.ts';

/** Where a certificate says that it can be asked about, and where its issuer's certificate is. RFC 5280 §4.2.1.13, §4.2.2.1. */
export interface Pointers {
  readonly crl: readonly string[];
  readonly ocsp: readonly string[];
  readonly issuer: readonly string[];
}

const crlDistributionPoints = '2.5.29.31';
const authorityInfoAccess = '1.3.6.1.5.5.7.1.1';
const ocspMethod = '1.3.6.1.5.5.7.48.1';
const caIssuersMethod = '1.3.6.1.5.5.7.48.2';
const uri = 0x86;
/** Of each kind: a certificate must not make us call everybody. */
const most = 2;

/** None for a certificate that cannot be read. */
export function readPointers({ raw }: X509Certificate): Pointers {
  try {
    const values = extensionsOf(raw);
    const access = read(values.get(authorityInfoAccess)).map((description) => description.fields);
    const named = access.map((fields) => ({ method: fields.take().oid, location: fields.take() }));
    const of = (method: string) =>
      urls(named.filter((each) => each.method === method).map(({ location }) => location));
    return {
      crl: urls(read(values.get(crlDistributionPoints)).flatMap(namesOfPoint)),
      ocsp: of(ocspMethod),
      issuer: of(caIssuersMethod),
    };
  } catch (failure) {
    if (failure instanceof CmsError) return { crl: [], ocsp: [], issuer: [] };
    throw failure;
  }
}

function extensionsOf(certificate: Buffer): Map<string, Buffer> {
  const tbs = Element.read(certificate).fields.take().members;
  const wrapped = tbs.find(({ tag }) => tag === 0xa3);
  const values = new Map<string, Buffer>();
  for (const extension of wrapped?.fields.take(0x30).members ?? []) {
    const fields = extension.fields;
    const oid = fields.take().oid;
    fields.takeIf(0x01);
    values.set(oid, fields.take(0x04).content);
  }
  return values;
}

function read(value: Buffer | undefined): Element[] {
  return value === undefined ? [] : Element.read(value).members;
}

/** Points for some reasons only, or with lists of others than the issuer, are passed over. */
function namesOfPoint(point: Element): Element[] {
  const fields = point.fields;
  const name = fields.takeIf(0xa0);
  if (fields.takeIf(0x81) !== null || fields.takeIf(0xa2) !== null) return [];
  return name?.fields.takeIf(0xa0)?.members ?? [];
}

function urls(names: readonly Element[]): string[] {
  const texts = names.filter(({ tag }) => tag === uri).map(({ content }) => content.toString('latin1'));
  return texts.filter((text) => /^https?:\/\//i.test(text) && URL.canParse(text)).slice(0, most);
}
