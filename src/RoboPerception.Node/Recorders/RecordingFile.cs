using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Logging;
using RoboPerception.Recording.Mcap;
using RoboPerception.Recording.Schemas;

namespace RoboPerception.Node.Recorders;

/// <summary>An MCAP file in Foxglove's schemas: one channel for each camera's input and outputs, and the log, the metrics. For one thread at a time.</summary>
internal sealed class RecordingFile : IDisposable
{
    // Beside level 1 a third of the time for a fifth more bytes of the outputs: the cores are there for the network.
    private const int ZstdLevel = -3;

    private readonly RecordingSettings settings;
    private readonly ModelDescription model;
    private readonly McapWriter writer;
    private readonly McapSchema compressedImage;
    private readonly McapSchema rawImage;
    private readonly McapSchema calibration;
    private readonly McapSchema json;
    private readonly McapChannel log;
    private readonly Dictionary<string, McapChannel> documents = [];
    private readonly List<(string Id, string Frame, McapChannel? Input, McapChannel[] Outputs)> cameras = [];
    private readonly List<(string Camera, CameraInfoDocument Info)> calibrations = [];
    private readonly SourcePng png = new();
    private byte[] buffer = [];

    // A recording's frames have a time of their own, decades from the wall's: what belongs to them is put beside them, or a viewer
    // that is to show both finds the file too long. Null: the frames have the wall's time.
    private long? ownTime;

    /// <summary>Begins the file.</summary>
    /// <exception cref="UserErrorException">It cannot be made (exit code 2).</exception>
    public RecordingFile(RecordingSettings settings, ModelDescription model)
    {
        (this.settings, this.model) = (settings, model);
        writer = new McapWriter(settings.File, new McapWriterOptions { Level = ZstdLevel });
        compressedImage = Schema(CompressedImage.Descriptor.FullName);
        rawImage = Schema(RawImage.Descriptor.FullName);
        calibration = Schema(CameraCalibration.Descriptor.FullName);
        json = writer.AddSchema(FoxgloveMessages.DocumentSchema, "jsonschema", FoxgloveMessages.DocumentDefinition);
        log = writer.AddChannel("/log", "protobuf", Schema(Recording.Schemas.Log.Descriptor.FullName));

        McapSchema Schema(string name) => writer.AddSchema(name, "protobuf", FoxgloveSchemas.Definitions);
    }

    /// <summary>Adds the channels of the cameras, in the order of <see cref="RecordedFrame.Camera"/>.</summary>
    public void AddCameras(IEnumerable<string> ids)
    {
        foreach (string id in ids)
        {
            McapChannel? input = settings.Input == RecordedInput.None ? null : writer.AddChannel(RecordingSettings.Topic(id, "image"), "protobuf", compressedImage);
            cameras.Add((id, FoxgloveMessages.FrameOf(id), input, [.. model.Outputs.Select(o => writer.AddChannel(RecordingSettings.Topic(id, Topics.NameOf(o.Kind)), "protobuf", rawImage))]));
        }
    }

    /// <summary>Adds key-value pairs.</summary>
    public void Write(string name, IReadOnlyDictionary<string, string> entries) => writer.Write(new McapMetadata(name, entries));

    /// <summary>Adds a file.</summary>
    public void Attach(string name, string mediaType, byte[] content) => writer.Write(new McapAttachment(name, mediaType, (ulong)UnixClock.Now, content));

    /// <summary>Adds a camera's intrinsics on the grid; they are written under the time of the first frame.</summary>
    public void AddCalibration(string camera, CameraInfoDocument info) => calibrations.Add((camera, info));

    /// <summary>Tells the time of the next frame, before anything that belongs to it is written.</summary>
    public void Begin(RecordedFrame frame)
    {
        ownTime = frame.HasOwnTime ? frame.Header.AcquisitionStamp : null;
        WriteCalibrations();
    }

    /// <summary>Adds a frame: input and outputs under one time.</summary>
    public void Write(RecordedFrame frame)
    {
        (string id, string frameId, McapChannel? input, McapChannel[] outputs) = cameras[frame.Camera];
        long stamp = frame.Header.AcquisitionStamp;
        uint sequence = (uint)frame.Header.Sequence;
        if (input is not null)
        {
            Write(input, sequence, stamp, FoxgloveMessages.Image(stamp, frameId, settings.Input == RecordedInput.Lossless ? "png" : "jpeg", Encode(frame)));
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            Write(outputs[i], sequence, stamp, FoxgloveMessages.Output(frameId, frame.Outputs[i]));
        }
        if (frame.Answers.Scan is { } scan)
        {
            Write(Channel(RecordingSettings.Topic(id, "scan"), LaserScan.Descriptor), sequence, stamp, FoxgloveMessages.Scan(stamp, id, scan));
        }
        if (frame.Answers.Points is { } points)
        {
            Write(Channel(RecordingSettings.Topic(id, "points"), PointCloud.Descriptor), sequence, stamp, FoxgloveMessages.Points(stamp, frameId, points));
        }
    }

    /// <summary>Adds a line of the log.</summary>
    public void WriteLog(LogLine line)
    {
        (Recording.Schemas.Log message, long stamp) = FoxgloveMessages.Line(line);
        Write(log, 0, ownTime ?? stamp, message);
    }

    /// <summary>Adds a document of the node.</summary>
    public void WriteJson(string topic, byte[] document)
    {
        if (!documents.TryGetValue(topic, out McapChannel? channel))
        {
            documents[topic] = channel = writer.AddChannel(topic, "json", json);
        }
        ulong now = (ulong)(ownTime ?? UnixClock.Now);
        writer.Write(channel, 0, now, now, document);
    }

    /// <summary>Ends the file and gives it its name.</summary>
    public void Finish()
    {
        WriteCalibrations();
        writer.Finish();
    }

    /// <summary>Gives up: nothing of it is left.</summary>
    public void Abandon() => writer.Abandon();

    /// <inheritdoc/>
    public void Dispose() => writer.Dispose();

    private void WriteCalibrations()
    {
        foreach ((string camera, CameraInfoDocument info) in calibrations)
        {
            long stamp = ownTime ?? UnixClock.Now;
            Write(writer.AddChannel(RecordingSettings.Topic(camera, "calibration"), "protobuf", calibration), 0, stamp, FoxgloveMessages.Calibration(info, stamp));
        }
        calibrations.Clear();
    }

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

    private ReadOnlyMemory<byte> Encode(RecordedFrame frame) => settings.Input == RecordedInput.Lossless
        ? png.Encode(frame.Source)
        : frame.SourceFile?.Of(frame.Source) ?? frame.Source.EncodeJpeg(SharedFile.Quality);

    /// <summary>A channel that is there once it has a message.</summary>
    private McapChannel Channel(string topic, MessageDescriptor type)
    {
        if (!documents.TryGetValue(topic, out McapChannel? channel))
        {
            documents[topic] = channel = writer.AddChannel(topic, "protobuf", writer.AddSchema(type.FullName, "protobuf", FoxgloveSchemas.Definitions));
        }
        return channel;
    }
}
