using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RoboPerception.Core;

/// <summary>
/// The native libraries that the programs load, and what installs each. A library that is missing, or lacks one it needs itself, makes
/// itself known by exceptions of many kinds, after the taste of the package that loads it; they are told by the library's name.
/// </summary>
internal static class NativeLibraries
{
    // By what occurs in a library's name or in a complaint about it. What is more special comes first.
    private static readonly (string Word, string Remedy)[] Remedies =
    [
        ("OpenCvSharpExtern", "launch/setup.sh"),
        ("libcuda.so", "install the NVIDIA driver, or run launch/setup.sh --torch cpu --onnxruntime cpu"),
        ("libcud", "install CUDA and cuDNN of the version that the README names, or run launch/setup.sh --torch cpu --onnxruntime cpu"),
        ("libcublas", "install CUDA of the version that the README names, or run launch/setup.sh --torch cpu --onnxruntime cpu"),
        ("libnvinfer", "install TensorRT of the version that the README names, or choose --providers cuda,cpu"),
        ("LibTorchSharp", "launch/setup.sh train, or name a libtorch of your own in ROBOPERCEPTION_LIBTORCH"),
        ("libtorch", "launch/setup.sh train, or name a libtorch of your own in ROBOPERCEPTION_LIBTORCH"),
        ("libc10", "launch/setup.sh train, or name a libtorch of your own in ROBOPERCEPTION_LIBTORCH"),
        ("onnxruntime", "launch/setup.sh, or name a library of your own in ROBOPERCEPTION_ONNXRUNTIME"),
        ("libgomp", "launch/setup.sh train"),
        ("GLIBCXX", "launch/setup.sh, which builds for this machine's libstdc++"),
    ];

    // Beside the program; which one a complaint means, and which to open to hear the loader's own words.
    private static readonly (string Word, string File)[] Files =
    [
        ("OpenCvSharp", "libOpenCvSharpExtern.so"),
        ("LibTorchSharp", "libLibTorchSharp.so"),
        ("TorchSharp", "libLibTorchSharp.so"),
        ("libtorch", "libLibTorchSharp.so"),
        ("onnxruntime", "libonnxruntime.so"),
    ];

    /// <summary>If a failure is that of a native library to load: which, why, and what installs it. Otherwise null.</summary>
    public static string? Explain(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        string text = string.Join('\n', Chain(failure).Select(e => e.Message));

        // libtorch puts the libraries on its call stack behind what it complains about: it runs.
        if (text.Contains("Exception raised from", StringComparison.Ordinal))
        {
            return null;
        }
        bool isLoading = Chain(failure).Any(e => e is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
            || text.Contains("shared object", StringComparison.Ordinal) || text.Contains("LibTorchSharp", StringComparison.Ordinal) || text.Contains("libtorch-cpu", StringComparison.Ordinal);
        if (!isLoading)
        {
            return null;
        }

        foreach ((string word, string file) in Files)
        {
            if (text.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                string path = Path.Combine(AppContext.BaseDirectory, file);
                return Sentence(file, File.Exists(path) ? Complaint(path) ?? FirstComplaint(text, file) : "it is missing beside the program");
            }
        }
        string? name = Remedies.Select(remedy => remedy.Word).FirstOrDefault(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
        return name is null ? $"A native library does not load: {FirstComplaint(text, "")}. Run launch/setup.sh." : Sentence(name, FirstComplaint(text, name));
    }

    /// <summary>
    /// A library beside a program that is cut short, as an interrupted copy or a full disk leaves it: opening it would end the process
    /// without a word (SIGBUS).
    /// </summary>
    /// <returns>The sentence for the user, or null if all are whole.</returns>
    public static string? FirstDamaged(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.so*").Order(StringComparer.Ordinal))
        {
            if (ReadDamage(path) is { } damage)
            {
                return $"'{path}' is damaged ({damage}): delete it and run {RemedyFor(Path.GetFileName(path)) ?? "launch/setup.sh"}";
            }
        }
        return null;
    }

    /// <summary>The command that installs a library, by its name or by a complaint about it; null for one that none of ours needs.</summary>
    public static string? RemedyFor(string text) =>
        Remedies.FirstOrDefault(remedy => text.Contains(remedy.Word, StringComparison.OrdinalIgnoreCase)).Remedy;

    private static IEnumerable<Exception> Chain(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            yield return failure;
        }
    }

    private static string Sentence(string library, string complaint) =>
        $"The native library {library} does not load: {complaint.TrimEnd('.')}. Remedy: {RemedyFor(complaint) ?? RemedyFor(library) ?? "launch/setup.sh"}";

    // What the loader says about a file; null if it loads.
    private static string? Complaint(string path)
    {
        try
        {
            NativeLibrary.Free(NativeLibrary.Load(path));
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            return FirstComplaint(e.Message, Path.GetFileName(path));
        }
    }

    // The runtime lists every place it tried; only the line about another library, or about a file that is there, says something.
    private static string FirstComplaint(string text, string library)
    {
        string[] lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string? other = lines.FirstOrDefault(line => line.Contains(": cannot open shared object file", StringComparison.Ordinal)
            && (library.Length == 0 || !line.Split(':')[0].Contains(Path.GetFileNameWithoutExtension(library).Replace("lib", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)));
        return other
            ?? lines.FirstOrDefault(line => line.StartsWith('/') && line.Contains(": ", StringComparison.Ordinal) && !line.Contains("cannot open shared object file", StringComparison.Ordinal))
            ?? lines.FirstOrDefault(line => line.Contains("cannot open shared object file", StringComparison.Ordinal))
            ?? lines.FirstOrDefault() ?? "no reason given";
    }

    // ELF of 64 bits, little-endian: the file must reach as far as its segments.
    private static string? ReadDamage(string path)
    {
        try
        {
            using FileStream file = File.OpenRead(path);
            Span<byte> header = stackalloc byte[64];
            if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("\u007fELF"u8) || header[4] != 2 || header[5] != 1)
            {
                return "it is no library for this machine";
            }
            long start = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]), count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
            if (size < 56 || start < 0 || start + ((long)size * count) > file.Length)
            {
                return "it is cut short";
            }
            Span<byte> segment = stackalloc byte[56];
            for (int i = 0; i < count; i++)
            {
                file.Position = start + ((long)i * size);
                file.ReadExactly(segment);
                bool isLoaded = BinaryPrimitives.ReadUInt32LittleEndian(segment) == 1;
                ulong end = BinaryPrimitives.ReadUInt64LittleEndian(segment[8..]) + BinaryPrimitives.ReadUInt64LittleEndian(segment[32..]);
                if (isLoaded && end > (ulong)file.Length)
                {
                    return "it is cut short";
                }
            }
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}
