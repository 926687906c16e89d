// From pixels to points in the camera optical frame (x right, y down, z forward; REP 103).

/** Intrinsics of the document of the topic cam/<c>/info (sensor_msgs/CameraInfo); undefined if the camera is not calibrated. */
export function intrinsicsOf(info) {
  const { k } = info;
  return k[0] === 0 ? undefined : { width: info.width, height: info.height, fx: k[0], fy: k[4], cx: k[2], cy: k[5], distortionModel: info.distortion_model, distortion: info.d };
}

/** Float32Array [H,W,3] of metres, NaN where the depth is invalid. */
export function toPoints(frame, intrinsics) {
  const { width, height } = frame.header;
  if (frame.depth === undefined) {
    throw new TypeError(`A ${frame.header.kind} has no depth: points come from the output 'depth'.`);
  }
  if (intrinsics.width !== width || intrinsics.height !== height) {
    throw new RangeError(`The intrinsics are for ${intrinsics.width} x ${intrinsics.height} pixels, the frame has ${width} x ${height}.`);
  }
  const undo = undoing(intrinsics);
  const points = new Float32Array(3 * width * height);
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i++) {
      const [x, y] = undo((column - intrinsics.cx) / intrinsics.fx, (row - intrinsics.cy) / intrinsics.fy);
      const z = frame.depth[i];
      points[3 * i] = x * z;
      points[3 * i + 1] = y * z;
      points[3 * i + 2] = z;
    }
  }
  return points;
}

/** What takes the lens's distortion out of x/z and y/z. */
function undoing({ distortionModel, distortion = [] }) {
  if (!distortion.some(value => value !== 0)) {
    return (x, y) => [x, y];
  }
  switch (distortionModel) {
    case 'plumb_bob':
    case 'rational_polynomial': return (x, y) => undoPolynomial(x, y, distortion);
    case 'equidistant': return (x, y) => undoEquidistant(x, y, distortion);
    default: throw new RangeError(`The lens model '${distortionModel}' is not known; known are plumb_bob, rational_polynomial, equidistant.`);
  }
}

/** The inverse of OpenCV's model by fixed-point iteration. */
function undoPolynomial(x0, y0, [k1 = 0, k2 = 0, p1 = 0, p2 = 0, k3 = 0, k4 = 0, k5 = 0, k6 = 0]) {
  let x = x0, y = y0;
  for (let i = 0; i < 40; i++) {
    const r2 = x * x + y * y;
    const radial = (1 + r2 * (k1 + r2 * (k2 + r2 * k3))) / (1 + r2 * (k4 + r2 * (k5 + r2 * k6)));
    const dx = 2 * p1 * x * y + p2 * (r2 + 2 * x * x), dy = p1 * (r2 + 2 * y * y) + 2 * p2 * x * y;
    [x, y] = [(x0 - dx) / radial, (y0 - dy) / radial];
  }
  return [x, y];
}

/** theta_d = theta (1 + k1 theta^2 + ... + k4 theta^8), solved for theta by Newton's method; a pinhole sees nothing at 90 degrees and beyond. */
function undoEquidistant(x, y, [k1 = 0, k2 = 0, k3 = 0, k4 = 0]) {
  const distorted = Math.hypot(x, y);
  if (distorted < 1e-9) {
    return [x, y];
  }
  let theta = distorted;
  for (let i = 0; i < 20; i++) {
    const t2 = theta * theta;
    const value = theta * (1 + t2 * (k1 + t2 * (k2 + t2 * (k3 + t2 * k4)))) - distorted;
    theta -= value / (1 + t2 * (3 * k1 + t2 * (5 * k2 + t2 * (7 * k3 + t2 * 9 * k4))));
  }
  const scale = theta < Math.PI / 2 - 1e-3 ? Math.tan(theta) / distorted : NaN;
  return [x * scale, y * scale];
}
