using System.Diagnostics;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Recording.Mcap;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The disk is full while something is written: it is said in words, what was there before stays whole, and nothing half-written is left.</summary>
internal static class DiskFault
{
    private const int DiskKilobytes = 64;

    // Several chunks of a recording.
    private const int RecordingKilobytes = 3 * 1024;

    public static Task<(object Report, bool IsGood)> RunAsync(string model)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Task.FromResult<(object, bool)>((new { Kind = "disk full", NotRun = "needs root for a small file system: run 'sudo launch/bench.sh faults --only disk'" }, true));
        }
        var figures = new FaultFigures("disk full");
        var outcomes = new Dictionary<string, string>();
        OnDisk(DiskKilobytes, disk =>
        {
            outcomes["contact sheet"] = ContactSheet(model, disk, figures);
            outcomes["checkpoint"] = Checkpoint(disk, figures);
            outcomes["engine cache"] = EngineFolder(model, disk, figures);
        });
        OnDisk(RecordingKilobytes, disk => outcomes["recording"] = Recording(model, disk, figures));
        return Task.FromResult<(object, bool)>((new { Report = figures.Report(null), Outcomes = outcomes }, figures.IsGood));
    }

    private static void OnDisk(int kilobytes, Action<string> write)
    {
        string disk = Directory.CreateTempSubdirectory("rp-disk-").FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", disk);
        try
        {
            write(disk);
        }
        finally
        {
            Run("umount", disk);
            Directory.Delete(disk);
        }
    }

    /// <summary>The program itself: a replay whose sheet does not fit beside the old one.</summary>
    private static string ContactSheet(string model, string disk, FaultFigures figures)
    {
        string sheet = Path.Combine(disk, "sheet.png");
        byte[] old = Fill(disk, sheet);
        (int exitCode, string last) = Program("replay", "test://?size=640x480&fps=30", "--frames", "8", "--model", model, "--providers", "cpu", "--contact-sheet", sheet);
        Check(figures, "contact sheet", exitCode == (int)ExitCode.Usage && last.Contains(sheet, StringComparison.Ordinal), $"exit {exitCode}: {last}");
        CheckUntouched(figures, disk, sheet, old);
        return last.Replace(disk, "DISK", StringComparison.Ordinal);
    }

    /// <summary>A recording that fills the disk: it ends by name, and what is written can be saved elsewhere.</summary>
    private static string Recording(string model, string disk, FaultFigures figures)
    {
        string recording = Path.Combine(disk, "run.mcap");
        (int exitCode, string last) = Program("record", "test://?size=640x480&fps=30", "--input", "lossless", "--frames", "1000", "--model", model, "--providers", "cpu", "-o", recording);
        Check(figures, "recording", exitCode == (int)ExitCode.Failed && last.Contains(recording, StringComparison.Ordinal), $"exit {exitCode}: {last}");
        string saved = Path.Combine(Path.GetTempPath(), $"{Path.GetFileName(disk)}.mcap");
        ulong messages = McapRepair.Repair($"{recording}.part", saved).Messages;
        File.Delete(saved);
        Check(figures, "recording", messages > 0, "nothing of it could be saved");
        Check(figures, "recording", !File.Exists(recording), "a cut recording bears the name of a whole one");
        return $"{last.Replace(disk, "DISK", StringComparison.Ordinal)} ({messages} messages saved)";
    }

    /// <summary>The program itself: its exit code, and the last line that it says.</summary>
    private static (int ExitCode, string Last) Program(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "roboperception"), arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process program = Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync();
        string errors = program.StandardError.ReadToEnd();
        _ = output.Result;
        program.WaitForExit();
        return (program.ExitCode, errors.Trim().Split('\n')[^1]);
    }

    private static string Checkpoint(string disk, FaultFigures figures)
    {
        string path = Path.Combine(disk, "last.ckpt");
        byte[] old = Fill(disk, path);
        string said = "written";
        try
        {
            CheckpointFile.Write(path, "RPCKPT01"u8, block => block.Write(new byte[2 * DiskKilobytes * 1024]));
        }
        catch (UserErrorException error)
        {
            said = error.Message;
        }
        Check(figures, "checkpoint", said.Contains(path, StringComparison.Ordinal), said);
        CheckUntouched(figures, disk, path, old);
        return said.Replace(disk, "DISK", StringComparison.Ordinal);
    }

    private static string EngineFolder(string model, string disk, FaultFigures figures)
    {
        Fill(disk, Path.Combine(disk, "other.bin"));
        var settings = new InferenceSettings { Providers = [ExecutionProvider.TensorRt, ExecutionProvider.Cpu], EngineCacheFolder = disk };
        string said = "made";
        try
        {
            EngineCache.FolderFor(ModelFile.Load(model), settings, "the GPU of another machine");
        }
        catch (IOException error)
        {
            // The selector makes a reason of it, and CUDA or the CPU serves.
            said = error.Message;
        }
        Check(figures, "engine cache", said.Contains(disk, StringComparison.Ordinal), said);
        return said.Replace(disk, "DISK", StringComparison.Ordinal);
    }

    private static byte[] Fill(string disk, string path)
    {
        foreach (string file in Directory.GetFiles(disk))
        {
            File.Delete(file);
        }
        byte[] old = new byte[DiskKilobytes * 1024];
        Random.Shared.NextBytes(old);
        File.WriteAllBytes(path, old);
        return old;
    }

    private static void CheckUntouched(FaultFigures figures, string disk, string path, byte[] old)
    {
        Check(figures, path, File.ReadAllBytes(path).AsSpan().SequenceEqual(old), "the old file was damaged");
        string[] left = Directory.GetFiles(disk);
        Check(figures, path, left.Length == 1, $"left behind: {string.Join(", ", left)}");
    }

    private static void Check(FaultFigures figures, string what, bool isRight, string otherwise)
    {
        if (!isRight)
        {
            figures.Fail($"{what}: {otherwise}");
        }
    }

    private static void Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new UserErrorException(ExitCode.Usage, $"'{program} {string.Join(' ', arguments)}' failed");
        }
    }
}
