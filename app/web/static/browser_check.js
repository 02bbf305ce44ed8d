// The visitor's own browser checks a badge: the token's signature with the key that the issuer publishes, its claims,
// its dates, and its place in the issuer's signed status list. Nothing that the page says is believed.
//
// `examine` answers with lines {name, outcome, sentence}; outcome is passed, failed or unknown, as in the report of
// the server. Once a line is not passed, what depends on it is not looked at.
//
// A place says where documents are asked for: by default at their own addresses, which are this page's origin. A copy of
// the pages that another server holds has its files at the same paths, and a list's token in a file beside the list.

const ALGORITHMS = {
  RS256: { kty: "RSA", import: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, verify: "RSASSA-PKCS1-v1_5" },
  ES256: { kty: "EC", import: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
};
const MOST_BYTES = 2_000_000;
const MOST_BYTES_OF_A_LIST = 20_000_000;
const HEADER_MEMBERS = new Set(["alg", "kid", "jwk", "typ"]);

class Stop extends Error {
  constructor(outcome, sentence) {
    super(sentence);
    this.outcome = outcome;
  }
}

const failed = (sentence) => new Stop("failed", sentence);
const unknown = (sentence) => new Stop("unknown", sentence);

const HERE = { origin: location.origin, of: (url) => url };

/** The place of a copy, on this page's server, of what `origin` published. */
export function copyOf(origin) {
  const of = (url) => {
    const { origin: whose, pathname } = new URL(url);
    if (whose !== origin) throw unknown(`This is a copy of what ${new URL(origin).host} published, and knows nothing of others.`);
    return `${location.origin}${pathname}`;
  };
  return { origin, of, listSuffix: ".jwt" };
}

/**
 * Check the badge at `address` (a URL of the place's origin): the lines of a report, and what the badge says when it holds.
 * `zone` is the issuer's, in which days are said.
 */
export async function examine(address, { now = new Date(), place = HERE, zone = "UTC" } = {}) {
  const lines = [];
  const step = async (name, work) => {
    try {
      const [sentence, value] = await work();
      lines.push({ name, outcome: "passed", sentence });
      return value;
    } catch (problem) {
      const stop = problem instanceof Stop ? problem : unknown("Your browser could not do this.");
      lines.push({ name, outcome: stop.outcome, sentence: stop.message });
      throw stop;
    }
  };
  let said = null;
  try {
    const token = await step("format", () => readToken(`${address}.jwt`, "The badge can be read.", place));
    const issuer = await step("proof", () => checkSignature(token, place));
    await step("claims", () => checkClaims(token, issuer, address));
    said = facts(token.claims, issuer, zone);
    await step("dates", () => checkDates(token.claims, now, zone));
    await step("status", () => checkStatus(token.claims, issuer, now, place));
  } catch (problem) {
    if (!(problem instanceof Stop)) throw problem;
  }
  return { lines, facts: said };
}

async function readToken(url, sentence, place) {
  const text = (await fetchText(place.of(url), "application/vc+jwt")).trim();
  const parts = text.split(".");
  if (parts.length !== 3) throw failed("There is no signed badge at its address.");
  try {
    const [header, claims] = parts.slice(0, 2).map((part) => JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(part))));
    const signature = fromBase64url(parts[2]);
    return [sentence, { header, claims, signature, input: new TextEncoder().encode(`${parts[0]}.${parts[1]}`) }];
  } catch {
    throw failed("What is at the badge’s address cannot be read.");
  }
}

async function checkSignature(token, place) {
  const { header, claims, signature, input } = token;
  const issuer = typeof claims.issuer === "object" && claims.issuer !== null ? claims.issuer.id : claims.issuer;
  const algorithm = Object.hasOwn(ALGORITHMS, header.alg) ? ALGORITHMS[header.alg] : null;
  if (!algorithm || Object.keys(header).some((name) => !HEADER_MEMBERS.has(name))) {
    throw failed("It is signed in a way that is not allowed for badges.");
  }
  if (typeof issuer !== "string" || typeof header.kid !== "string" || header.kid.split("#")[0] !== issuer) {
    throw failed("It names one issuer, and a key of another one.");
  }
  const jwk = await publishedKey(issuer, header.kid, place);
  if (jwk.kty !== algorithm.kty || (jwk.alg ?? header.alg) !== header.alg) throw failed("Its key is of another kind than its signature.");
  const numbers = jwk.kty === "RSA" ? { kty: jwk.kty, n: jwk.n, e: jwk.e } : { kty: jwk.kty, crv: jwk.crv, x: jwk.x, y: jwk.y };
  const key = await crypto.subtle.importKey("jwk", numbers, algorithm.import, false, ["verify"]);
  if (!(await crypto.subtle.verify(algorithm.verify, key, signature, input))) {
    throw failed("It was changed after it was signed, or another key signed it.");
  }
  return [`It was signed with a key that ${hostOf(issuer)} publishes, and has not been changed since.`, issuer];
}

/** The key of this name among those that the issuer's own DID document lets it sign with. */
async function publishedKey(issuer, name, place) {
  const document = await fetchJson(place.of(didDocumentAddress(issuer, place)));
  const method = (document.verificationMethod ?? []).find((each) => each.id === name);
  const asserts = (document.assertionMethod ?? []).includes(name);
  if (document.id !== issuer || !method || !asserts || method.controller !== issuer || method.revoked || !method.publicKeyJwk) {
    throw failed(`${hostOf(issuer)} does not publish the key that this badge was signed with.`);
  }
  return method.publicKeyJwk;
}

function checkClaims({ claims }, issuer, address) {
  const subject = claims.credentialSubject ?? {};
  const seconds = (text) => (text === undefined ? undefined : Math.floor(Date.parse(text) / 1000));
  const agree =
    claims.iss === issuer &&
    claims.jti === claims.id &&
    claims.nbf === seconds(claims.validFrom) &&
    claims.exp === seconds(claims.validUntil) &&
    (claims.sub ?? subject.id) === subject.id;
  if (!agree) throw failed("It says one thing in its token and another in the badge inside.");
  if (claims.id !== address) throw failed("What is at this address is another badge.");
  return ["It is the badge of this address."];
}

function checkDates({ validFrom, validUntil }, now, zone) {
  const begins = Date.parse(validFrom);
  const ends = validUntil === undefined ? Infinity : Date.parse(validUntil);
  if (Number.isNaN(begins) || Number.isNaN(ends)) throw failed("Its dates cannot be read.");
  if (ends <= now.getTime()) throw failed(`It was good until ${end(validUntil, zone)}.`);
  if (begins > now.getTime()) throw failed(`It is not good before ${day(validFrom, zone)}.`);
  return [validUntil === undefined ? "It has no end date." : `It is good until ${end(validUntil, zone)}.`];
}

async function checkStatus(claims, issuer, now, place) {
  const entries = [claims.credentialStatus ?? []].flat();
  if (entries.length === 0) return ["It names no status list, so its issuer has no way to withdraw it."];
  for (const entry of entries) await checkEntry(entry, issuer, now, place);
  return ["Its issuer has not withdrawn it, as the signed list of withdrawn badges says."];
}

async function checkEntry(entry, issuer, now, place) {
  const index = Number(entry.statusListIndex);
  if (entry.type !== "BitstringStatusListEntry" || !Number.isSafeInteger(index) || index < 0) {
    throw unknown("It has a status of a kind that your browser cannot check.");
  }
  const [, list] = await readToken(`${entry.statusListCredential}${place.listSuffix ?? ""}`, "", place);
  const [, listIssuer] = await checkSignature(list, place);
  const subject = list.claims.credentialSubject ?? {};
  const outdated = list.claims.validUntil !== undefined && Date.parse(list.claims.validUntil) <= now.getTime();
  if (listIssuer !== issuer || list.claims.id !== entry.statusListCredential || subject.statusPurpose !== entry.statusPurpose || outdated) {
    throw unknown("The issuer’s status list cannot be trusted, so nobody can say whether the badge is still good.");
  }
  const bits = await unpacked(subject.encodedList);
  if (index >= bits.length * 8) throw unknown("The badge’s place is not in the issuer’s status list.");
  if ((bits[index >> 3] >> (7 - (index & 7))) & 1) {
    const verb = entry.statusPurpose === "suspension" ? "paused" : "withdrawn";
    throw failed(`It was ${verb} by its issuer, ${hostOf(issuer)}.`);
  }
}

/** The bytes of a status list: `u`, base64url, gzip; the first bit is the left-most one of the first byte. */
async function unpacked(encoded) {
  if (typeof encoded !== "string" || !encoded.startsWith("u")) throw unknown("The issuer’s status list cannot be read.");
  const stream = new Blob([fromBase64url(encoded.slice(1))]).stream().pipeThrough(new DecompressionStream("gzip"));
  const pieces = [];
  let length = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > MOST_BYTES_OF_A_LIST) throw unknown("The issuer’s status list is too large.");
    pieces.push(value);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

function facts({ credentialSubject, awardedDate, validFrom }, issuer, zone) {
  return { name: credentialSubject?.achievement?.name ?? "", awarded: day(awardedDate ?? validFrom, zone), issuer: hostOf(issuer) };
}

/** Where a did:web document is; http only where the place itself is http. */
function didDocumentAddress(did, { origin }) {
  if (!did.startsWith("did:web:")) throw unknown("Your browser cannot look up the keys of such an issuer.");
  const [host, ...path] = did.slice("did:web:".length).split(":").map(decodeURIComponent);
  const home = new URL(origin);
  const scheme = host === home.host && home.protocol === "http:" ? "http:" : "https:";
  const url = new URL(`${scheme}//${host}/${path.length ? path.map(encodeURIComponent).join("/") : ".well-known"}/did.json`);
  if (url.origin !== origin) throw unknown(`Its keys are at ${url.host}, which this page may not ask.`);
  return url.href;
}

async function fetchJson(url) {
  try {
    return JSON.parse(await fetchText(url, "application/json"));
  } catch (problem) {
    throw problem instanceof Stop ? problem : unknown("What the issuer publishes about its keys cannot be read.");
  }
}

async function fetchText(url, accept) {
  let answer;
  try {
    answer = await fetch(url, { headers: { Accept: accept }, cache: "no-store", credentials: "omit", redirect: "error" });
  } catch {
    throw unknown("Your browser could not reach the issuer. Try again later.");
  }
  if (!answer.ok) throw unknown(`The issuer answered ${answer.status}. Try again later.`);
  const text = await answer.text();
  if (text.length > MOST_BYTES) throw failed("What is at its address is too large for a badge.");
  return text;
}

function fromBase64url(text) {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new TypeError("not base64url");
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function hostOf(issuer) {
  return issuer.startsWith("did:web:") ? decodeURIComponent(issuer.slice("did:web:".length).split(":")[0]) : issuer;
}

function day(text, zone) {
  // In the issuer's zone, as everywhere else: the day must not depend on where the visitor sits.
  return written(new Date(text), { day: "numeric", month: "long", year: "numeric" }, zone);
}

/** The last good day; with the time where it does not end with that day. */
function end(text, zone) {
  const next = new Date(Date.parse(text) + 1000);
  if (day(next, zone) !== day(text, zone)) return day(text, zone);
  return `${day(text, zone)}, ${written(new Date(text), { hour: "2-digit", minute: "2-digit", timeZoneName: "longGeneric" }, zone)}`;
}

function written(moment, parts, zone) {
  try {
    return new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: zone }).format(moment);
  } catch (problem) {
    if (!(problem instanceof RangeError) || zone === "UTC") throw problem;
    return `${written(moment, parts, "UTC")} (UTC)`; // a browser that does not know the zone
  }
}
