using System.CommandLine;
using System.Globalization;
using RoboPerception.Core;
using RoboPerception.Inference;
using Spectre.Console;

namespace RoboPerception.Node.Commands;

/// <summary><c>models list | check</c>: what model files there are, and whether they keep the contract and predict what they did at export.</summary>
internal static class ModelsCommand
{
    /// <summary>The command.</summary>
    public static Command Build()
    {
        var folder = new Argument<string?>("folder") { Description = "folder of .onnx files; default: the shipped models", Arity = ArgumentArity.ZeroOrOne };
        var list = new Command("list", "the models of a folder: name, grid, outputs, data, licence") { folder };
        list.SetAction(parsed => List(parsed.GetValue(folder) ?? DefaultModel.Folder ?? throw new UserErrorException(ExitCode.ModelContract, "no folder 'models': name one")));
        var files = new Argument<string[]>("files") { Description = "model files", Arity = ArgumentArity.OneOrMore };
        var check = new Command("check", "hold files to the model contract and run their golden input on the CPU; exit code 3 if one fails") { files };
        check.SetAction(parsed => Check(parsed.GetValue(files)!));
        return new Command("models", "list or check model files") { list, check };
    }

    private static int List(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UserErrorException(ExitCode.ModelContract, $"'{folder}' is no folder");
        }
        Table table = new Table().Border(TableBorder.Simple).AddColumns("file", "grid", "outputs", "MB", "data", "licence", "id");
        foreach (string file in Directory.GetFiles(folder, "*.onnx").Order(StringComparer.Ordinal))
        {
            string size = (new FileInfo(file).Length / 1e6).ToString("0.0", CultureInfo.InvariantCulture);
            try
            {
                ModelFile model = ModelFile.Load(file);
                ModelDescription about = model.Description;
                table.AddRow(
                    Markup.Escape(Path.GetFileName(file)), $"{about.Input.Width}x{about.Input.Height}", Markup.Escape(string.Join(", ", about.Outputs.Select(o => o.Name))), size,
                    Markup.Escape(about.DataSet), Markup.Escape(about.Licence), model.Sha256[..16]);
            }
            catch (UserErrorException e)
            {
                table.AddRow(Markup.Escape(Path.GetFileName(file)), "-", Markup.Escape(e.Message), size, "-", "-", "-");
            }
        }
        PlainOutput.Write(table);
        return (int)ExitCode.Ok;
    }

    private static int Check(IReadOnlyList<string> files)
    {
        int failed = 0;
        foreach (string file in files)
        {
            try
            {
                ModelFile model = ModelFile.Load(file);
                (PerceptionSession? session, ProviderAttempt attempt) = new ExecutionProviderSelector(model, new InferenceSettings()).TryOpen(ExecutionProvider.Cpu, new FrameBuffers(model.Description, 1));
                session?.Dispose();
                Console.WriteLine($"{file}: {(attempt.Loaded ? "keeps the contract and predicts what it did at export" : attempt.Reason)}");
                foreach (string fault in ModelFaults.Of(model))
                {
                    Console.WriteLine($"{file}: {fault}");
                }
                failed += attempt.Loaded ? 0 : 1;
            }
            catch (UserErrorException e)
            {
                Console.WriteLine($"{file}: {e.Message}");
                failed++;
            }
        }
        return (int)(failed == 0 ? ExitCode.Ok : ExitCode.ModelContract);
    }
}
