// Frames of one camera over a WebSocket. Each is answered when it is drawn, so that the node never has more than one on its way to us.
export class Frames {
  #socket = null;
  #camera = '';
  #retry = 0;

  constructor(onFrame, onState) {
    this.onFrame = onFrame;
    this.onState = onState;
  }

  open(camera) {
    this.close();
    this.#camera = camera;
    const address = new URL(`live/${encodeURIComponent(camera)}`, location.href);
    address.protocol = address.protocol.replace('http', 'ws');
    const socket = new WebSocket(address);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => this.onState(true);
    socket.onmessage = async (event) => {
      try {
        await this.onFrame(await decode(event.data));
      } finally {
        if (socket.readyState === WebSocket.OPEN) socket.send('drawn');
      }
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.onState(false);
      this.#retry = setTimeout(() => this.open(this.#camera), 1000);
    };
    this.#socket = socket;
  }

  close() {
    clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }
}

async function decode(message) {
  const headerBytes = new DataView(message).getUint32(0, true);
  const frame = JSON.parse(new TextDecoder().decode(new Uint8Array(message, 4, headerBytes)));
  let at = 4 + headerBytes;
  const parts = frame.parts.map((part) => {
    const bytes = new Uint8Array(message, at, part.bytes);
    at += part.bytes;
    return { ...part, bytes };
  });
  await Promise.all(parts.map(async ({ name, encoding, bytes }) => {
    if (encoding === 'jpeg') frame[name] = await createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }));
    else if (name === 'depth') frame.depth = millimetres(await inflate(bytes), frame.width, frame.height);
    else if (name === 'normals') frame.normals = octahedral(await inflate(bytes), frame.width, frame.height);
    else frame[name] = await inflate(bytes);
  }));
  return frame;
}

async function inflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

// Low bytes, then high bytes, of the difference to the left neighbour.
function millimetres(planes, width, height) {
  const pixels = width * height;
  const depth = new Uint16Array(pixels);
  for (let y = 0; y < height; y++) {
    let left = 0;
    for (let i = y * width; i < (y + 1) * width; i++) {
      left = (left + planes[i] + (planes[pixels + i] << 8)) & 0xffff;
      depth[i] = left;
    }
  }
  return depth;
}

// The plane of u, then the plane of v, each as differences to the left neighbour; joined into one number a pixel.
function octahedral(planes, width, height) {
  const pixels = width * height;
  const normals = new Uint16Array(pixels);
  for (let y = 0; y < height; y++) {
    let [u, v] = [0, 0];
    for (let i = y * width; i < (y + 1) * width; i++) {
      u = (u + planes[i]) & 0xff;
      v = (v + planes[pixels + i]) & 0xff;
      normals[i] = (u << 8) | v;
    }
  }
  return normals;
}
