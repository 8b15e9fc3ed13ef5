// data-kc-photos on a file input: pictures are made small on the phone before they are sent (longest side 1600, JPEG),
// which also leaves out where they were taken, and shown with their size. What cannot be read is sent as it is: the
// server looks at it and says what is wrong.
const SIDE = 1600;
const kilobytes = (bytes) => `${Math.max(1, Math.round(bytes / 1024))} KB`;

async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type)) return file;
  let picture;
  try {
    picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return file;
  }
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(picture.width * scale);
  canvas.height = Math.round(picture.height * scale);
  const paper = canvas.getContext("2d");
  paper.fillStyle = "#fff"; // what can be seen through lies on white, as on the server
  paper.fillRect(0, 0, canvas.width, canvas.height);
  paper.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.8));
  if (!blob || (blob.size >= file.size && scale === 1 && file.type === "image/jpeg")) return file;
  return new File([blob], file.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
}

export function start(root) {
  for (const input of root.querySelectorAll("input[type='file'][data-kc-photos]")) {
    if (input.dataset.kcPhotos === "ready") continue;
    input.dataset.kcPhotos = "ready";
    const list = document.createElement("ul");
    list.className = "kc-photo-list";
    list.setAttribute("aria-live", "polite");
    input.after(list);
    let latest = 0;
    input.addEventListener("change", async () => {
      const turn = ++latest;
      const before = [...input.files];
      input.setAttribute("aria-busy", "true");
      const after = [];
      for (const file of before) after.push(await shrink(file)); // one at a time: a phone has little memory
      if (turn !== latest) return; // chosen anew meanwhile
      const transfer = new DataTransfer();
      after.forEach((file) => transfer.items.add(file));
      input.files = transfer.files;
      input.removeAttribute("aria-busy");
      list.replaceChildren(...after.map((file, index) => {
        const item = document.createElement("li");
        const picture = document.createElement("img");
        picture.src = URL.createObjectURL(file);
        picture.alt = file.name;
        picture.onload = () => URL.revokeObjectURL(picture.src);
        const size = document.createElement("span");
        size.className = "kc-table__note";
        size.textContent = before[index].size === file.size ? kilobytes(file.size) : `${kilobytes(before[index].size)} → ${kilobytes(file.size)}`;
        item.append(picture, size);
        return item;
      }));
    });
  }
}
