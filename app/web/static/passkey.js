// Completes forms that need a passkey: asks us for a challenge, the browser for the passkey, and sends the form.
// Without this script, or in a browser without passkeys, these forms stay hidden and password and code do.

const bytesOf = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const described = (list) => (list ?? []).map((each) => ({ ...each, id: bytesOf(each.id) }));

function forCreation(options) {
  return {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
}

function forRequest(options) {
  return { ...options, challenge: bytesOf(options.challenge), allowCredentials: described(options.allowCredentials) };
}

function told(credential) {
  const { response } = credential;
  const said = { clientDataJSON: textOf(response.clientDataJSON) };
  if (response.attestationObject) {
    said.attestationObject = textOf(response.attestationObject);
    said.transports = response.getTransports ? response.getTransports() : [];
  } else {
    said.authenticatorData = textOf(response.authenticatorData);
    said.signature = textOf(response.signature);
    said.userHandle = response.userHandle ? textOf(response.userHandle) : null;
  }
  return JSON.stringify({
    id: credential.id,
    rawId: textOf(credential.rawId),
    type: credential.type,
    response: said,
    clientExtensionResults: {},
  });
}

async function complete(form) {
  const answer = await fetch(form.dataset.challenge, {
    method: "POST",
    body: new URLSearchParams(new FormData(form)),
    headers: { Accept: "application/json" },
  });
  const begun = await answer.json();
  if (begun.confirm) {
    location.assign(begun.confirm);
    return;
  }
  if (!answer.ok) throw new Error(begun.detail);
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: forCreation(begun.options) })
      : await navigator.credentials.get({ publicKey: forRequest(begun.options) });
  form.elements.namedItem("token").value = begun.token;
  form.elements.namedItem("credential").value = told(credential);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential || !window.isSecureContext) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const failed = form.querySelector(".passkey-failed");
    failed.textContent = "";
    complete(form).catch(() => {
      failed.textContent = form.dataset.failed;
    });
  });
}
