using System.Runtime.InteropServices;

namespace RoboPerception.Messaging;

/// <summary>
/// One zlib compressor that is reset and used again: 256 kB of native state are set up once, not per frame. zlib, because every
/// Linux has it; the base class library's streams allocate per frame.
/// </summary>
internal sealed unsafe partial class Deflater : SafeHandle
{
    private const string Library = "libz.so.1";
    private const int Deflated = 8;
    private const int WindowBits = 15;
    private const int MemoryLevel = 9;
    private const int Finish = 4;
    private const int StreamEnd = 1;

    /// <param name="level">1 fastest .. 9 smallest.</param>
    /// <param name="strategy">How matches are looked for.</param>
    public Deflater(int level, DeflateStrategy strategy)
        : base(0, ownsHandle: true)
    {
        var stream = (ZStream*)NativeMemory.AllocZeroed((nuint)sizeof(ZStream));
        fixed (byte* version = "1.2.11\0"u8)
        {
            int error = DeflateInit2(stream, level, Deflated, WindowBits, MemoryLevel, (int)strategy, version, sizeof(ZStream));
            if (error != 0)
            {
                NativeMemory.Free(stream);
                throw new InvalidOperationException($"zlib could not be set up: error {error}.");
            }
        }
        SetHandle((nint)stream);
    }

    public override bool IsInvalid => handle == 0;

    /// <summary>Bytes that always suffice.</summary>
    public static int MaximumLength(int length) => length + (length >> 8) + (length >> 12) + 64;

    /// <summary>Compresses into zlib format.</summary>
    /// <returns>Bytes written.</returns>
    public int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        bool added = false;
        DangerousAddRef(ref added);
        try
        {
            var stream = (ZStream*)handle;
            fixed (byte* input = source, output = destination)
            {
                stream->NextIn = input;
                stream->AvailableIn = (uint)source.Length;
                stream->NextOut = output;
                stream->AvailableOut = (uint)destination.Length;
                int result = DeflateReset(stream);
                result = result == 0 ? Deflate(stream, Finish) : result;
                if (result != StreamEnd)
                {
                    throw new InvalidOperationException($"zlib could not compress {source.Length} bytes into {destination.Length}: error {result}.");
                }
                return destination.Length - (int)stream->AvailableOut;
            }
        }
        finally
        {
            DangerousRelease();
        }
    }

    protected override bool ReleaseHandle()
    {
        _ = DeflateEnd((ZStream*)handle);
        NativeMemory.Free((void*)handle);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "deflateInit2_")]
    private static partial int DeflateInit2(ZStream* stream, int level, int method, int windowBits, int memoryLevel, int strategy, byte* version, int size);

    [LibraryImport(Library, EntryPoint = "deflateReset")]
    private static partial int DeflateReset(ZStream* stream);

    [LibraryImport(Library, EntryPoint = "deflate")]
    private static partial int Deflate(ZStream* stream, int flush);

    [LibraryImport(Library, EntryPoint = "deflateEnd")]
    private static partial int DeflateEnd(ZStream* stream);

    /// <summary>z_stream. zlib keeps a pointer to it, so it stays where it was allocated.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ZStream
    {
        public byte* NextIn;
        public uint AvailableIn;
        public CULong TotalIn;
        public byte* NextOut;
        public uint AvailableOut;
        public CULong TotalOut;
        public byte* Message;
        public nint State;
        public nint Allocate;
        public nint Free;
        public nint Opaque;
        public int DataType;
        public CULong Adler;
        public CULong Reserved;
    }
}

/// <summary>The strategies of deflateInit2.</summary>
internal enum DeflateStrategy
{
    Default = 0,
    Filtered = 1,
    HuffmanOnly = 2,
    RunLength = 3,
}
