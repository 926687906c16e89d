using System.Buffers.Binary;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>A point of topic <c>points</c>, in the camera's optical frame (REP-103: x right, y down, z forward).</summary>
/// <param name="X">Metres.</param>
/// <param name="Y">Metres.</param>
/// <param name="Z">Metres.</param>
/// <param name="NormalX">Unit vector toward the camera; (0,0,0) = not known.</param>
/// <param name="NormalY">See <paramref name="NormalX"/>.</param>
/// <param name="NormalZ">See <paramref name="NormalX"/>.</param>
/// <param name="ClassId">255 = unlabelled.</param>
public readonly record struct PerceptionPoint(float X, float Y, float Z, float NormalX, float NormalY, float NormalZ, byte ClassId);

/// <summary>Reads topic <c>points</c>: the frame header, then 25 bytes a point: x, y, z, normal_x, normal_y, normal_z (float32), class (uint8).</summary>
public static class PointsPayload
{
    /// <summary>Bytes a point.</summary>
    public const int PointBytes = (6 * sizeof(float)) + 1;

    /// <summary>The points of a message.</summary>
    /// <exception cref="PayloadException">It is damaged or holds something else.</exception>
    public static PerceptionPoint[] Read(ReadOnlySpan<byte> payload)
    {
        if (FrameHeader.TryRead(payload, out FrameHeader header, out int at) is { } problem)
        {
            throw new PayloadException($"The {problem}.");
        }
        if (header.Kind != OutputKind.Points || header.Encoding != PayloadEncoding.Raw)
        {
            throw new PayloadException($"The payload holds a '{Topics.NameOf(header.Kind)}', not points.");
        }
        ReadOnlySpan<byte> data = payload[at..];
        PayloadDecoder.RequireCrc(header, data);
        if (data.Length != header.Width * PointBytes)
        {
            throw new PayloadException($"The payload has {data.Length} bytes of points; {header.Width} points need {header.Width * PointBytes}.");
        }
        var points = new PerceptionPoint[header.Width];
        for (int i = 0; i < points.Length; i++)
        {
            ReadOnlySpan<byte> p = data.Slice(i * PointBytes, PointBytes);
            points[i] = new PerceptionPoint(Number(p), Number(p[4..]), Number(p[8..]), Number(p[12..]), Number(p[16..]), Number(p[20..]), p[24]);
        }
        return points;
    }

    private static float Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadSingleLittleEndian(bytes);
}
