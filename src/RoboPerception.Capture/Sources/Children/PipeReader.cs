using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RoboPerception.Capture;

/// <summary>How a read from a pipe ended.</summary>
internal enum PipeOutcome
{
    /// <summary>All bytes are there.</summary>
    Full,

    /// <summary>The writer closed its end.</summary>
    Ended,

    /// <summary>Not in time.</summary>
    TimedOut,

    /// <summary><see cref="PipeReader.Interrupt"/> was called.</summary>
    Interrupted,
}

/// <summary>
/// Reads a pipe straight into memory that does not move, with a time limit; .NET's streams have no limit, and a blocked read could not
/// be called off. Allocates nothing.
/// </summary>
internal sealed unsafe partial class PipeReader(SafePipeHandle pipe)
{
    // Linux allows every user a megabyte: fewer changes between the two processes for each frame.
    private const int PipeBytes = 1 << 20;
    private const int SetPipeSize = 1031;
    private const short PollIn = 1;
    private const int SliceMilliseconds = 100;
    private const int ErrorInterrupted = 4;

    private volatile bool interrupted;

    /// <summary>Makes the pipe as large as it may be. A limit of the system is no error.</summary>
    public void Enlarge() => _ = Fcntl(pipe, SetPipeSize, PipeBytes);

    /// <summary>Lets a read under way, and all later ones, come back within a tenth of a second; from any thread.</summary>
    public void Interrupt() => interrupted = true;

    /// <summary>Fills a span on the pinned heap or in native memory.</summary>
    /// <param name="destination">Where the bytes go.</param>
    /// <param name="count">Bytes to read.</param>
    /// <param name="timeout">How long to wait for all of them.</param>
    public PipeOutcome Read(byte* destination, long count, TimeSpan timeout)
    {
        long started = Stopwatch.GetTimestamp();
        while (count > 0)
        {
            if (interrupted)
            {
                return PipeOutcome.Interrupted;
            }

            double left = (timeout - Stopwatch.GetElapsedTime(started)).TotalMilliseconds;
            if (left <= 0)
            {
                return PipeOutcome.TimedOut;
            }

            int ready = Poll(pipe, (int)Math.Min(Math.Ceiling(left), SliceMilliseconds));
            if (ready == 0 || (ready < 0 && Marshal.GetLastPInvokeError() == ErrorInterrupted))
            {
                continue;
            }

            nint got = ready < 0 ? -1 : ReadNow(pipe, destination, (nint)Math.Min(count, int.MaxValue));
            if (got < 0 && Marshal.GetLastPInvokeError() == ErrorInterrupted)
            {
                continue;
            }

            if (got <= 0)
            {
                return PipeOutcome.Ended;
            }

            destination += got;
            count -= got;
        }

        return PipeOutcome.Full;
    }

    private static int Poll(SafePipeHandle pipe, int milliseconds)
    {
        bool held = false;
        try
        {
            pipe.DangerousAddRef(ref held);
            var waited = new PollDescriptor { Descriptor = (int)pipe.DangerousGetHandle(), Events = PollIn };
            return PollNow(&waited, 1, milliseconds);
        }
        finally
        {
            if (held)
            {
                pipe.DangerousRelease();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollNow(PollDescriptor* descriptors, nuint count, int timeout);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadNow(SafePipeHandle descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Fcntl(SafePipeHandle descriptor, int command, int argument);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
