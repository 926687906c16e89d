using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MQTTnet.Native;

/// <summary>What the network thread needs from the C library: poll, a wake-up descriptor, memory files and socket options.</summary>
internal static unsafe partial class LibC
{
    internal const short PollIn = 1;
    internal const short PollOut = 4;
    internal const short PollError = 8;
    internal const short PollHangUp = 16;

    internal const int SolSocket = 1;
    internal const int SoSendBuffer = 7;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const uint MemoryFileCloseOnExec = 1;

    [LibraryImport("libc")]
    internal static partial int poll(PollDescriptor* descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc")]
    internal static partial int setsockopt(int socket, int level, int option, int* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int memfd_create(byte* name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(SafeFileHandle descriptor, byte* data, nuint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(SafeFileHandle descriptor, byte* data, nuint count);

    internal static SafeFileHandle CreateEvent() => Own(eventfd(0, CloseOnExec | NonBlocking), "eventfd");

    internal static void SignalEvent(SafeFileHandle handle)
    {
        ulong one = 1;
        write(handle, (byte*)&one, sizeof(ulong));
    }

    internal static void ClearEvent(SafeFileHandle handle)
    {
        ulong count;
        read(handle, (byte*)&count, sizeof(ulong));
    }

    /// <summary>An anonymous file that lives in memory only: key material never touches a disk, and nothing is left behind when the process dies.</summary>
    internal static SafeFileHandle CreateMemoryFile(ReadOnlySpan<byte> content)
    {
        SafeFileHandle file;
        fixed (byte* name = "mqtt-tls\0"u8)
        {
            file = Own(memfd_create(name, MemoryFileCloseOnExec), "memfd_create");
        }

        fixed (byte* data = content)
        {
            for (int written = 0; written < content.Length;)
            {
                nint count = write(file, data + written, (nuint)(content.Length - written));
                if (count <= 0)
                {
                    file.Dispose();
                    throw new IOException("A certificate could not be written to a memory file.");
                }

                written += (int)count;
            }
        }

        return file;
    }

    private static SafeFileHandle Own(int descriptor, string what) =>
        descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException($"{what} failed: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}

[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    public int Descriptor;
    public short Events;
    public short Returned;
}
