using Google.Protobuf;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Logging;
using RoboPerception.Recording.Schemas;
using LogLevel = Microsoft.Extensions.Logging.LogLevel;

namespace RoboPerception.Node.Recorders;

/// <summary>What the node knows, in Foxglove's messages: the same for a recording and for those who watch live. Data are borrowed until the message is written.</summary>
internal static class FoxgloveMessages
{
    private static readonly PackedElementField[] PointFields =
    [
        .. new[] { "x", "y", "z", "normal_x", "normal_y", "normal_z" }.Select((name, i) => Field(name, sizeof(float) * i, PackedElementField.Types.NumericType.Float32)),
        Field("label", 6 * sizeof(float), PackedElementField.Types.NumericType.Uint8),
    ];

    /// <summary>Name of the schema of our JSON documents.</summary>
    public const string DocumentSchema = "roboperception.Document";

    /// <summary>That schema: any object.</summary>
    public static ReadOnlySpan<byte> DocumentDefinition => "{\"type\":\"object\"}"u8;

    /// <summary>The optical frame of a camera (REP-103).</summary>
    public static string FrameOf(string camera) => $"{camera}_optical_frame";

    /// <summary>An image file.</summary>
    /// <param name="stamp">Nanoseconds since the UNIX epoch.</param>
    /// <param name="frameId">The camera's optical frame.</param>
    /// <param name="format">jpeg or png.</param>
    /// <param name="file">The file.</param>
    public static CompressedImage Image(long stamp, string frameId, string format, ReadOnlyMemory<byte> file) => new()
    {
        Timestamp = FoxgloveSchemas.Time(stamp),
        FrameId = frameId,
        Format = format,
        Data = UnsafeByteOperations.UnsafeWrap(file),
    };

    /// <summary>A dense output: the pixels of its <c>raw</c> payload.</summary>
    public static RawImage Output(string frameId, PayloadBuffer raw)
    {
        FrameHeader header = raw.Header;
        return new RawImage
        {
            Timestamp = FoxgloveSchemas.Time(header.AcquisitionStamp),
            FrameId = frameId,
            Width = header.Width,
            Height = header.Height,
            Encoding = OutputPixels.EncodingOf(header.Kind),
            Step = (uint)(header.Width * OutputPixels.BytesOf(header.Kind)),
            Data = UnsafeByteOperations.UnsafeWrap(OutputPixels.Of(raw)),
        };
    }

    /// <summary>A camera on the grid of the outputs.</summary>
    public static CameraCalibration Calibration(CameraInfoDocument info, long stamp) => new()
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

    /// <summary>Free space, in the frame on the floor below the camera.</summary>
    public static LaserScan Scan(long stamp, string camera, Interop.Obstacles.LaserScan scan)
    {
        var message = new LaserScan { Timestamp = FoxgloveSchemas.Time(stamp), FrameId = $"{camera}_scan", Pose = Origin, StartAngle = scan.AngleMin, EndAngle = scan.AngleMax };
        foreach (float range in scan.Ranges)
        {
            message.Ranges.Add(range);
        }
        return message;
    }

    /// <summary>Points with normal and class, in the camera's optical frame.</summary>
    public static PointCloud Points(long stamp, string frameId, ReadOnlyMemory<byte> points) => new()
    {
        Timestamp = FoxgloveSchemas.Time(stamp),
        FrameId = frameId,
        Pose = Origin,
        PointStride = Interop.Obstacles.PointCloud.PointBytes,
        Fields = { PointFields },
        Data = UnsafeByteOperations.UnsafeWrap(points),
    };

    /// <summary>A line of the log, and its time.</summary>
    public static (Log Message, long Stamp) Line(LogLine line)
    {
        long stamp = (line.Time - DateTimeOffset.UnixEpoch).Ticks * 100;
        return (new Log { Timestamp = FoxgloveSchemas.Time(stamp), Level = LevelOf(line.Level), Name = line.Component, Message = line.Message }, stamp);
    }

    private static Pose Origin => new() { Position = new Vector3(), Orientation = new Quaternion { W = 1 } };

    private static PackedElementField Field(string name, int offset, PackedElementField.Types.NumericType type) => new() { Name = name, Offset = (uint)offset, Type = type };

    private static Log.Types.Level LevelOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => Log.Types.Level.Debug,
        LogLevel.Information => Log.Types.Level.Info,
        LogLevel.Warning => Log.Types.Level.Warning,
        LogLevel.Error => Log.Types.Level.Error,
        LogLevel.Critical => Log.Types.Level.Fatal,
        _ => Log.Types.Level.Unknown,
    };
}
