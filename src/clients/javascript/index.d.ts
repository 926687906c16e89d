/** 'segmentation', 'depth' and 'normals' have pixels to decode. */
export type DenseOutput = 'segmentation' | 'depth' | 'normals';
export type Kind = DenseOutput | 'image' | 'bundle' | 'points';
export type Encoding = 'png' | 'fast' | 'rvl' | 'raw' | 'ros2' | 'jpeg';

/** A payload is damaged or not one of RoboPerception's. The message says what is wrong with it. */
export declare class PayloadError extends Error {
  constructor(message: string);
}

/** Which camera frame a payload is, when it was taken, on which grid, and by which weights. */
export interface FrameHeader {
  readonly kind: Kind;
  readonly encoding: Encoding;
  readonly flags: number;
  /** Pixels per row and rows of the payload. */
  readonly width: number;
  readonly height: number;
  /** Pixels per row and rows of the camera's image. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /** Frame number of this camera in this session; a gap is a drop. */
  readonly sequence: bigint;
  /** Time of the grab, nanoseconds since the UNIX epoch. */
  readonly acquired: bigint;
  /** Time the payload was handed to the network, nanoseconds since the UNIX epoch. */
  readonly published: bigint;
  /** Changes when the node restarts. */
  readonly session: number;
  /** x in the camera's image = scaleX * x + offsetX, likewise y; pixel centres are whole numbers. */
  readonly toSource: { readonly scaleX: number; readonly scaleY: number; readonly offsetX: number; readonly offsetY: number };
  /** Metres = raw * scale + offset (depth); already applied to what `decode` gives. */
  readonly scale: number;
  readonly offset: number;
  /** First 8 bytes of the SHA-256 of the model file, in hexadecimal. */
  readonly modelId: string;
  readonly crc32: number;
}

/** One decoded output: exactly one of the arrays is there, chosen by `header.kind`. */
export interface Frame {
  readonly header: FrameHeader;
  /** [H,W] class ids, 255 = unlabelled. */
  readonly classIds?: Uint8Array;
  /** [H,W] metres along the optical axis, NaN = invalid. */
  readonly depth?: Float32Array;
  /** [3,H,W] unit vectors toward the camera (x right, y down, z forward), (0,0,0) = invalid. */
  readonly normals?: Float32Array;
}

/** The largest frame that is decoded. */
export declare const MOST_PIXELS: number;
/** Reads a whole payload. Throws PayloadError. */
export declare function decode(payload: ArrayBuffer | ArrayBufferView): Frame;
/** Reads the header alone. Throws PayloadError. */
export declare function readHeader(payload: ArrayBuffer | ArrayBufferView): FrameHeader;

/** The outputs in a bundle (topic cam/<c>/bundle). Throws PayloadError. */
export declare function splitBundle(message: ArrayBuffer | ArrayBufferView): Partial<Record<Kind, { header: FrameHeader; payload: Uint8Array }>>;
/** The dense outputs in a bundle, decoded. Throws PayloadError. */
export declare function decodeBundle(message: ArrayBuffer | ArrayBufferView): Partial<Record<DenseOutput, Frame>>;
/** Topic cam/<c>/points: [N,3] metres, [N,3] unit vectors ((0,0,0) = not known), [N] class ids. Throws PayloadError. */
export declare function readPoints(payload: ArrayBuffer | ArrayBufferView): { header: FrameHeader; xyz: Float32Array; normals: Float32Array; labels: Uint8Array };

/** A camera on the published grid, in the terms of sensor_msgs/CameraInfo. */
export interface Intrinsics {
  readonly width: number;
  readonly height: number;
  readonly fx: number;
  readonly fy: number;
  /** Principal point, pixels from the centre of the first column and row. */
  readonly cx: number;
  readonly cy: number;
  readonly distortionModel?: string;
  readonly distortion?: readonly number[];
}

/** The document of the topic cam/<c>/info: sensor_msgs/CameraInfo. */
export interface CameraInfo {
  readonly header: { readonly stamp: { readonly sec: number; readonly nanosec: number }; readonly frame_id: string };
  readonly width: number;
  readonly height: number;
  readonly distortion_model: string;
  readonly d: readonly number[];
  readonly k: readonly number[];
  readonly r: readonly number[];
  readonly p: readonly number[];
}

export interface Labels {
  readonly classes: readonly { readonly id: number; readonly name: string; readonly colour: string }[];
  readonly unlabelled: number;
}

export interface Status {
  readonly state: 'starting' | 'building' | 'warming' | 'ready' | 'degraded' | 'stopping' | 'stopped' | 'lost';
  readonly session: string;
  readonly since?: string;
  readonly message?: string;
}

interface Documents {
  info: CameraInfo;
  labels: Labels;
  status: Status;
  description: Record<string, unknown>;
  health: Record<string, unknown>;
  metrics: Record<string, unknown>;
}

/** Undefined if the camera is not calibrated. */
export declare function intrinsicsOf(info: CameraInfo): Intrinsics | undefined;
/** Points of a depth frame, [H,W,3] metres in the camera optical frame, NaN where the depth is invalid. */
export declare function toPoints(frame: Frame, intrinsics: Intrinsics): Float32Array;
/** Seconds since the camera took the frame, by this machine's clock. */
export declare function age(frame: Frame): number;

export interface SubscriberSettings {
  /** The module mqtt.js, version 5. */
  readonly mqtt: { connect(broker: string, options: any): any };
  /** mqtt://host:1883, mqtts://host:8883; in a browser ws://host:9001 or wss://. */
  readonly broker: string;
  readonly node: string;
  readonly camera: string;
  /** All three when left out. */
  readonly outputs?: readonly DenseOutput[];
  /** 'roboperception' when left out. */
  readonly prefix?: string;
  /** Passed on to mqtt.js: username, password, ca, ... */
  readonly options?: Record<string, unknown>;
}

/** Receives the outputs of one camera of a node: newest wins. */
export declare class PerceptionSubscriber {
  constructor(settings: SubscriberSettings);
  readonly connected: boolean;
  readonly lastError?: Error;
  readonly damaged: number;
  readonly stale: number;
  readonly status?: Status;
  readonly description?: Record<string, unknown>;
  readonly health?: Record<string, unknown>;
  readonly metrics?: Record<string, unknown>;
  readonly cameraInfo?: CameraInfo;
  readonly labels?: Labels;
  /** Null when none came within so many seconds. */
  take(output: DenseOutput, timeout?: number): Promise<Frame | null>;
  takePayload(output: DenseOutput, timeout?: number): Promise<Uint8Array | null>;
  takeAll(timeout?: number): Promise<Partial<Record<DenseOutput, Frame>> | null>;
  waitFor<K extends keyof Documents>(document: K, timeout?: number): Promise<Documents[K] | null>;
  counts(output: DenseOutput): { received: number; superseded: number; missing: number };
  close(): Promise<void>;
}
