// Comforts of the page that checks badges: drop or paste anywhere on it, and scan a QR code with the camera. Without
// this file there are the field for a file and the field for text, which do the same.

const form = document.querySelector("form.verify");
const { file, badge } = form.elements;
const submit = form.querySelector("[type=submit]");
const said = form.querySelector("[data-said]");

document.addEventListener("dragover", (event) => {
  if (event.target !== file || !hasFiles(event.dataTransfer)) event.preventDefault(); // or the browser opens it
});

document.addEventListener("drop", (event) => {
  if (event.target === file && hasFiles(event.dataTransfer)) return; // the field takes it by itself
  event.preventDefault();
  take(event.dataTransfer);
});

document.addEventListener("paste", (event) => {
  if (event.target.closest?.("input:not([type=file]), textarea")) return;
  take(event.clipboardData);
});

file.addEventListener("change", () => {
  if (file.files.length) badge.value = "";
});

function hasFiles(transfer) {
  return transfer.types.includes("Files");
}

function take(transfer) {
  if (hasFiles(transfer) && transfer.files.length) {
    const one = new DataTransfer();
    one.items.add(transfer.files[0]);
    file.files = one.files;
    badge.value = "";
    say(form.dataset.tookFile, transfer.files[0].name);
  } else {
    const text = transfer.getData("text/uri-list") || transfer.getData("text/plain");
    if (!text.trim()) return;
    badge.value = text.trim();
    file.value = "";
    say(form.dataset.tookText);
  }
  submit.focus();
}

function say(sentence, name = "") {
  said.textContent = sentence.replace("{name}", name);
}

// -- the camera -----------------------------------------------------------------------------------------------

const EVERY_MILLISECONDS = 200;
const start = form.querySelector("[data-scan]");
const scanner = form.querySelector("[data-scanner]");
const video = scanner.querySelector("video");
let stream = null;

if (await canScan()) {
  start.closest("[data-camera]").hidden = false;
  start.addEventListener("click", scan);
  scanner.querySelector("[data-stop]").addEventListener("click", () => {
    stop();
    start.focus();
  });
  addEventListener("pagehide", stop);
}

async function canScan() {
  if (!globalThis.BarcodeDetector || !navigator.mediaDevices?.getUserMedia) return false;
  try {
    return (await BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

async function scan() {
  start.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
    video.srcObject = stream;
    scanner.hidden = false;
    await video.play();
    say(form.dataset.scanning);
    look(new BarcodeDetector({ formats: ["qr_code"] }), stream);
  } catch {
    stop();
    say(form.dataset.noCamera);
  }
}

async function look(detector, seen) {
  while (stream === seen) {
    const found = await detector.detect(video).catch(() => []);
    if (stream !== seen) return;
    const text = found.find((each) => each.rawValue.trim())?.rawValue.trim();
    if (text) {
      stop();
      badge.value = text;
      file.value = "";
      say(form.dataset.scanned);
      form.requestSubmit();
      return;
    }
    await new Promise((resume) => setTimeout(resume, EVERY_MILLISECONDS));
  }
}

function stop() {
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  video.srcObject = null;
  scanner.hidden = true;
  start.disabled = false;
}
