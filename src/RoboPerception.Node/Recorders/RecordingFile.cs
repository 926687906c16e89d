using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Logging;
using RoboPerception.Recording.Mcap;
using RoboPerception.Recording.Schemas;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace RoboPerception.Node.Recorders;

/// <summary>An MCAP file in Foxglove's schemas: one channel for each camera's input and outputs, and the log, the metrics. For one thread at a time.</summary>
internal sealed class RecordingFile : IDisposable
{
    private const int JpegQuality = 95;
    private const int PngLevel = 1;

    private readonly RecordingSettings settings;
    private readonly ModelDescription model;
    private readonly McapWriter writer;
    private readonly McapSchema compressedImage;
    private readonly McapSchema rawImage;
    private readonly McapSchema calibration;
    private readonly McapSchema json;
    private readonly McapChannel log;
    private readonly Dictionary<string, McapChannel> documents = [];
    private readonly List<(string Frame, McapChannel? Input, McapChannel[] Outputs)> cameras = [];
    private byte[] buffer = [];

    /// <summary>Begins the file.</summary>
    /// <exception cref="UserErrorException">It cannot be made (exit code 2).</exception>
    public RecordingFile(RecordingSettings settings, ModelDescription model)
    {
        (this.settings, this.model) = (settings, model);
        writer = new McapWriter(settings.File);
        compressedImage = Schema(CompressedImage.Descriptor.FullName);
        rawImage = Schema(RawImage.Descriptor.FullName);
        calibration = Schema(CameraCalibration.Descriptor.FullName);
        json = writer.AddSchema("roboperception.Document", "jsonschema", "{\"type\":\"object\"}"u8);
        log = writer.AddChannel("/log", "protobuf", Schema(Recording.Schemas.Log.Descriptor.FullName));

        McapSchema Schema(string name) => writer.AddSchema(name, "protobuf", FoxgloveSchemas.Definitions);
    }

    /// <summary>Adds the channels of the cameras, in the order of <see cref="RecordedFrame.Camera"/>.</summary>
    public void AddCameras(IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            McapChannel? input = settings.Input == RecordedInput.None ? null : writer.AddChannel(RecordingSettings.Topic(id, "image"), "protobuf", compressedImage);
            cameras.Add(($"{id}_optical_frame", input, [.. model.Outputs.Select(o => writer.AddChannel(RecordingSettings.Topic(id, Topics.NameOf(o.Kind)), "protobuf", rawImage))]));
        }
    }

    /// <summary>Adds key-value pairs.</summary>
    public void Write(string name, IReadOnlyDictionary<string, string> entries) => writer.Write(new McapMetadata(name, entries));

    /// <summary>Adds a file.</summary>
    public void Attach(string name, string mediaType, byte[] content) => writer.Write(new McapAttachment(name, mediaType, (ulong)UnixClock.Now, content));

    /// <summary>Adds a camera's intrinsics on the grid.</summary>
    public void WriteCalibration(string camera, CameraInfoDocument info, long stamp)
    {
        McapChannel channel = writer.AddChannel(RecordingSettings.Topic(camera, "calibration"), "protobuf", calibration);
        var message = new CameraCalibration
        {
            Timestamp = FoxgloveSchemas.Time(stamp),
            FrameId = info.Header.FrameId,
            Width = (uint)info.Width,
            Height = (uint)info.Height,
            DistortionModel = info.DistortionModel,
            D = { info.D },
            K = { info.K },
            R = { info.R },
            P = { info.P },
        };
        Write(channel, 0, stamp, message);
    }

    /// <summary>Adds a frame: input and outputs under one time.</summary>
    public void Write(RecordedFrame frame)
    {
        (string frameId, McapChannel? input, McapChannel[] outputs) = cameras[frame.Camera];
        long stamp = frame.Header.AcquisitionStamp;
        uint sequence = (uint)frame.Header.Sequence;
        if (input is not null)
        {
            Write(input, sequence, stamp, new CompressedImage
            {
                Timestamp = FoxgloveSchemas.Time(stamp),
                FrameId = frameId,
                Format = settings.Input == RecordedInput.Lossless ? "png" : "jpeg",
                Data = UnsafeByteOperations.UnsafeWrap(Encode(frame.Source)),
            });
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            FrameHeader header = frame.Outputs[i].Header;
            Write(outputs[i], sequence, stamp, new RawImage
            {
                Timestamp = FoxgloveSchemas.Time(stamp),
                FrameId = frameId,
                Width = header.Width,
                Height = header.Height,
                Encoding = OutputPixels.EncodingOf(header.Kind),
                Step = (uint)(header.Width * OutputPixels.BytesOf(header.Kind)),
                Data = UnsafeByteOperations.UnsafeWrap(OutputPixels.Of(frame.Outputs[i])),
            });
        }
    }

    /// <summary>Adds a line of the log.</summary>
    public void WriteLog(LogLine line)
    {
        long stamp = (line.Time - DateTimeOffset.UnixEpoch).Ticks * 100;
        Write(log, 0, stamp, new Recording.Schemas.Log
        {
            Timestamp = FoxgloveSchemas.Time(stamp),
            Level = line.Level switch
            {
                LogLevel.Trace or LogLevel.Debug => Recording.Schemas.Log.Types.Level.Debug,
                LogLevel.Information => Recording.Schemas.Log.Types.Level.Info,
                LogLevel.Warning => Recording.Schemas.Log.Types.Level.Warning,
                LogLevel.Error => Recording.Schemas.Log.Types.Level.Error,
                LogLevel.Critical => Recording.Schemas.Log.Types.Level.Fatal,
                _ => Recording.Schemas.Log.Types.Level.Unknown,
            },
            Name = line.Component,
            Message = line.Message,
        });
    }

    /// <summary>Adds a document of the node.</summary>
    public void WriteJson(string topic, byte[] document)
    {
        if (!documents.TryGetValue(topic, out McapChannel? channel))
        {
            documents[topic] = channel = writer.AddChannel(topic, "json", json);
        }
        ulong now = (ulong)UnixClock.Now;
        writer.Write(channel, 0, now, now, document);
    }

    /// <summary>Ends the file and gives it its name.</summary>
    public void Finish() => writer.Finish();

    /// <summary>Gives up: nothing of it is left.</summary>
    public void Abandon() => writer.Abandon();

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void Write(McapChannel channel, uint sequence, long stamp, IMessage message)
    {
        int size = message.CalculateSize();
        if (buffer.Length < size)
        {
            buffer = new byte[size + (size / 4)];
        }
        message.WriteTo(buffer.AsSpan(0, size));
        writer.Write(channel, sequence, (ulong)stamp, (ulong)stamp, buffer.AsSpan(0, size));
    }

    private unsafe byte[] Encode(SourceImage image)
    {
        fixed (byte* pixels = image.Pixels)
        {
            using Mat mat = Mat.FromPixelData(image.Height, image.Width, MatType.CV_8UC3, (nint)pixels);
            byte[] encoded;
            if (settings.Input == RecordedInput.Lossless)
            {
                Cv2.ImEncode(".png", mat, out encoded, [(int)ImwriteFlags.PngCompression, PngLevel]);
            }
            else
            {
                Cv2.ImEncode(".jpg", mat, out encoded, [(int)ImwriteFlags.JpegQuality, JpegQuality]);
            }
            return encoded;
        }
    }
}
