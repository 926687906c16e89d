using System.Runtime.InteropServices;

namespace RoboPerception.Messaging;

/// <summary>
/// One libdeflate compressor, used again and again: its state is set up once, not per frame. Chosen over zlib because the same
/// depth map takes 1.1 ms instead of 2.9 ms and fewer bytes; every Linux with OpenCV has it (libtiff needs it), package
/// <c>libdeflate0</c>. The base class library's streams allocate per frame.
/// </summary>
internal sealed unsafe partial class Deflater : SafeHandle
{
    private const string Library = "libdeflate.so.0";

    /// <param name="level">1 fastest .. 12 smallest.</param>
    public Deflater(int level)
        : base(0, ownsHandle: true)
    {
        nint compressor = AllocateCompressor(level);
        SetHandle(compressor != 0 ? compressor : throw new InvalidOperationException($"libdeflate could not set up a compressor of level {level}."));
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Bytes that always suffice.</summary>
    public int MaximumLength(int length) => checked((int)CompressBound(this, (nuint)length));

    /// <summary>Compresses into zlib format (RFC 1950).</summary>
    /// <returns>Bytes written.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        fixed (byte* input = source, output = destination)
        {
            nuint written = Compress(this, input, (nuint)source.Length, output, (nuint)destination.Length);
            return written != 0 ? (int)written : throw new InvalidOperationException($"libdeflate found no room for {source.Length} bytes in {destination.Length}.");
        }
    }

    protected override bool ReleaseHandle()
    {
        FreeCompressor(handle);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "libdeflate_alloc_compressor")]
    private static partial nint AllocateCompressor(int level);

    [LibraryImport(Library, EntryPoint = "libdeflate_zlib_compress_bound")]
    private static partial nuint CompressBound(Deflater compressor, nuint length);

    [LibraryImport(Library, EntryPoint = "libdeflate_zlib_compress")]
    private static partial nuint Compress(Deflater compressor, byte* source, nuint sourceLength, byte* destination, nuint destinationLength);

    [LibraryImport(Library, EntryPoint = "libdeflate_free_compressor")]
    private static partial void FreeCompressor(nint compressor);
}
