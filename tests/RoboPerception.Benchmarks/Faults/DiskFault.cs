using System.Diagnostics;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Training.Optimisation;

namespace RoboPerception.Benchmarks.Faults;

/// <summary>The disk is full while something is written: it is said in words, what was there before stays whole, and nothing half-written is left.</summary>
internal static class DiskFault
{
    private const int DiskKilobytes = 64;

    public static Task<(object Report, bool IsGood)> RunAsync(string model)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Task.FromResult<(object, bool)>((new { Kind = "disk full", NotRun = "needs root for a small file system: run 'sudo launch/bench.sh faults --only disk'" }, true));
        }
        var figures = new FaultFigures("disk full");
        string disk = Directory.CreateTempSubdirectory("rp-disk-").FullName;
        Run("mount", "-t", "tmpfs", "-o", $"size={DiskKilobytes}k", "tmpfs", disk);
        try
        {
            var outcomes = new Dictionary<string, string>
            {
                ["contact sheet"] = ContactSheet(model, disk, figures),
                ["checkpoint"] = Checkpoint(disk, figures),
                ["engine cache"] = EngineFolder(model, disk, figures),
            };
            return Task.FromResult<(object, bool)>((new { Report = figures.Report(null), Outcomes = outcomes }, figures.IsGood));
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
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "roboperception"),
            ["replay", "test://?size=640x480&fps=30", "--frames", "8", "--model", model, "--providers", "cpu", "--contact-sheet", sheet])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using Process program = Process.Start(start)!;
        Task<string> output = program.StandardOutput.ReadToEndAsync();
        string errors = program.StandardError.ReadToEnd();
        _ = output.Result;
        program.WaitForExit();
        string last = errors.Trim().Split('\n')[^1];
        Check(figures, "contact sheet", program.ExitCode == (int)ExitCode.Usage && last.Contains(sheet, StringComparison.Ordinal), $"exit {program.ExitCode}: {last}");
        CheckUntouched(figures, disk, sheet, old);
        return last.Replace(disk, "DISK", StringComparison.Ordinal);
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
