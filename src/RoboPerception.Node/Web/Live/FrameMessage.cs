using System.Buffers.Binary;
using System.IO.Compression;
using System.Text.Json;
using OpenCvSharp;
using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Web.Live;

/// <summary>
/// A frame as one binary WebSocket message: uint32 length of the header (little-endian), the header as JSON, then the parts one after
/// another. All parts are of one frame. <c>image</c> is JPEG, for the eye; <c>segmentation</c> (uint8 ids),
/// <c>depth</c> (uint16 millimetres, 0 = invalid) and <c>normals</c> (octahedral, as in the encoding <c>fast</c>) are what is published, as raw
/// deflate; depth and normals are written as differences to the left neighbour, depth low bytes first, then high bytes, normals u first, then v.
/// </summary>
internal sealed class FrameMessage : IDisposable
{
    private const int JpegQuality = 82;

    private readonly string camera;
    private readonly MemoryStream body = new();
    private readonly ushort[] millimetres;
    private readonly byte[] planes;
    private readonly byte[] octahedral;

    /// <summary>A writer for frames of a model's grid.</summary>
    public FrameMessage(string camera, ModelDescription model)
    {
        this.camera = camera;
        int pixels = model.Input.Width * model.Input.Height;
        (millimetres, planes, octahedral) = (new ushort[pixels], new byte[2 * pixels], new byte[2 * pixels]);
    }

    /// <summary>Encodes a frame.</summary>
    /// <exception cref="OpenCVException">OpenCV could not encode an image.</exception>
    public byte[] Write(FrameSnapshot frame)
    {
        body.SetLength(0);
        List<FramePart> parts = [];
        Jpeg(frame, parts);
        if (frame.Segmentation.Length > 0)
        {
            Deflate("segmentation", frame.Segmentation, parts);
        }
        if (frame.Depth.Length > 0)
        {
            PixelConversion.ToMillimetres(frame.Depth, millimetres);
            Differences(frame.Width, frame.Height);
            Deflate("depth", planes, parts);
        }
        if (frame.Normals.Length > 0)
        {
            OctahedralNormals.Encode(frame.Normals, octahedral);
            FastCodec.Delta(octahedral, frame.Width, planes);
            Deflate("normals", planes, parts);
        }
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(new FrameMessageHeader(camera, frame.Sequence, frame.Stamp / 1e6, frame.Width, frame.Height, parts), WebJson.Default.FrameMessageHeader);
        return Join(header, body.GetBuffer().AsSpan(0, (int)body.Length));
    }

    /// <summary>A message of a header and the bytes of its parts.</summary>
    public static byte[] Join(byte[] header, ReadOnlySpan<byte> parts)
    {
        byte[] message = new byte[4 + header.Length + parts.Length];
        BinaryPrimitives.WriteInt32LittleEndian(message, header.Length);
        header.CopyTo(message, 4);
        parts.CopyTo(message.AsSpan(4 + header.Length));
        return message;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        body.Dispose();
    }

    private void Jpeg(FrameSnapshot frame, List<FramePart> parts)
    {
        byte[] jpeg = frame.Jpeg.Length > 0 ? frame.Jpeg : Images.Jpeg.Encode(frame.Image, frame.Width, frame.Height, JpegQuality);
        body.Write(jpeg);
        parts.Add(new FramePart("image", "jpeg", jpeg.Length));
    }

    /// <summary>Neighbours differ little: their differences deflate to a third of the values.</summary>
    private void Differences(int width, int height)
    {
        int pixels = width * height;
        for (int y = 0; y < height; y++)
        {
            ushort left = 0;
            for (int i = y * width; i < (y + 1) * width; i++)
            {
                ushort difference = unchecked((ushort)(millimetres[i] - left));
                left = millimetres[i];
                planes[i] = (byte)difference;
                planes[pixels + i] = (byte)(difference >> 8);
            }
        }
    }

    private void Deflate(string name, byte[] bytes, List<FramePart> parts)
    {
        long from = body.Length;
        using (var deflate = new DeflateStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflate.Write(bytes);
        }
        parts.Add(new FramePart(name, "deflate", (int)(body.Length - from)));
    }
}

/// <summary>What stands before the parts of a frame.</summary>
/// <param name="Camera">The camera's id.</param>
/// <param name="Sequence">The frame's number.</param>
/// <param name="Stamp">Time of the grab, milliseconds since the UNIX epoch.</param>
/// <param name="Width">Pixels per row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Parts">The parts in the order of their bytes.</param>
internal sealed record FrameMessageHeader(string Camera, long Sequence, double Stamp, int Width, int Height, IReadOnlyList<FramePart> Parts);

/// <summary>A part of a frame's message.</summary>
/// <param name="Name">image, segmentation, depth or normals.</param>
/// <param name="Encoding">jpeg or deflate.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record FramePart(string Name, string Encoding, int Bytes);
