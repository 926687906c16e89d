using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Commands;

/// <summary>A frame header as JSON for people and scripts: stamps in nanoseconds and as UTC text, the model id as it prints in the description.</summary>
internal sealed record HeaderJson(
    string Kind, string Encoding, int Width, int Height, int SourceWidth, int SourceHeight, ulong Sequence,
    long AcquisitionStamp, string Acquired, long PublishStamp, string Published, string Session,
    float[] ModelToSource, float Scale, float Offset, string ModelId, string Crc32)
{
    /// <summary>The JSON text, indented.</summary>
    public static string Write(in FrameHeader header) => JsonSerializer.Serialize(
        new HeaderJson(
            Topics.NameOf(header.Kind), header.Encoding.ToString().ToLowerInvariant(), header.Width, header.Height, header.SourceWidth, header.SourceHeight, header.Sequence,
            header.AcquisitionStamp, Utc(header.AcquisitionStamp), header.PublishStamp, Utc(header.PublishStamp), header.SessionId.ToString("x8", CultureInfo.InvariantCulture),
            [header.ModelToSource.ScaleX, header.ModelToSource.ScaleY, header.ModelToSource.OffsetX, header.ModelToSource.OffsetY],
            header.Scale, header.Offset, header.ModelId.ToString("x16", CultureInfo.InvariantCulture), header.Crc32.ToString("x8", CultureInfo.InvariantCulture)),
        HeaderJsonContext.Default.HeaderJson);

    private static string Utc(long nanoseconds) => DateTime.UnixEpoch.AddTicks(nanoseconds / 100).ToString("O", CultureInfo.InvariantCulture);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(HeaderJson))]
internal sealed partial class HeaderJsonContext : JsonSerializerContext;
