using RoboPerception.Core;
using RoboPerception.Onnx;
using RoboPerception.Training.Data;
using RoboPerception.Training.Export;
using RoboPerception.Training.Optimisation;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>Training on several data sets of whole images, on two that are written here.</summary>
public sealed class DecathlonTests : IDisposable
{
    private readonly FormatFolder folder = new();

    public DecathlonTests()
    {
        foreach (var split in new[] { "train", "val" })
        {
            for (byte n = 0; n < 4; n++)
            {
                var shade = (byte)(20 * n);
                folder.Image($"dtd/{split}/dark/{n}.png", 72, 80, i => (shade, (byte)(i % 40), 10));
                folder.Image($"dtd/{split}/red/{n}.png", 80, 72, i => (200, shade, (byte)(i % 40)));
                folder.Image($"svhn/{split}/0/{n}.png", 72, 72, i => (30, (byte)(180 + (i % 40)), shade));
                folder.Image($"svhn/{split}/1/{n}.png", 72, 72, i => ((byte)(i % 40), 30, (byte)(150 + shade)));
            }
        }
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Two_data_sets_are_learnt_by_one_network_and_each_becomes_a_file_that_knows_its_classes()
    {
        var sets = Sets();
        using var trainer = DecathlonTrainer.Start(folder.At("run"), Recipe(epochs: 24), sets, CPU);
        trainer.Run();
        Assert.All(trainer.State.Losses, loss => Assert.InRange(loss.Value, 0, 0.1));
        var told = new List<string>();
        var results = trainer.Measure((k, network) =>
        {
            var names = Decathlon.ClassNames(folder.At("."), sets[k].Domain.Name);
            var model = DecathlonExport.Export(network, k, sets[k].Domain.Name, names, sets[k].Training.Statistics, out var deviation);
            Assert.InRange(deviation, 0, ExportParity.DeviationLimit);
            told.Add($"{model.Metadata["data_set"]} {model.Metadata["classes"]}");

            // An image as a user has it: bytes, blue first. It is learnt by heart, so the file must be sure of its class.
            using var runner = new GraphRunner(OnnxFile.ToBytes(model), 72, 72);
            var shown = sets[k].Validation.Read(0, sets[k].Validation.Count - 1);
            var image = new byte[72 * 72 * 3];
            for (var i = 0; i < image.Length; i += 3)
            {
                var (y, x) = (i / 3 / 72, i / 3 % 72);
                var from = 3 * (((y + ((shown.Height - 72) / 2)) * shown.Width) + x + ((shown.Width - 72) / 2));
                (image[i], image[i + 1], image[i + 2]) = (shown.Rgb[from + 2], shown.Rgb[from + 1], shown.Rgb[from]);
            }

            var probabilities = runner.Run(image).Values(DecathlonExport.OutputName);
            Assert.Equal(sets[k].Domain.Classes, probabilities.Length);
            Assert.InRange(probabilities[shown.Category], 0.8f, 1.001f);
        });
        Assert.Equal([("dtd", 8, 0.0, 1000.0), ("svhn", 8, 0.0, 1000.0)], results.Select(result => (result.Name, result.Images, result.Error, result.Points)));
        Assert.Equal(["""dtd ["dark","red"]""", """svhn ["0","1"]"""], told);
    }

    [Fact]
    public void A_stopped_run_goes_on_as_if_it_had_not_been()
    {
        using var whole = DecathlonTrainer.Start(folder.At("whole"), Recipe(epochs: 4), Sets(), CPU);
        whole.Run();
        using var stop = new CancellationTokenSource();
        using (var first = DecathlonTrainer.Start(folder.At("parts"), Recipe(epochs: 4), Sets(), CPU))
        {
            first.Trained = (name, _) =>
            {
                if (first.State.Epoch == 1 && name == "dtd")
                {
                    stop.Cancel();
                }
            };
            Assert.Throws<OperationCanceledException>(() => first.Run(stop.Token));
        }

        Assert.Equal((1, 1), (DecathlonTrainer.ReadState(folder.At("parts")).Epoch, DecathlonTrainer.ReadState(folder.At("parts")).DataSet));
        using var rest = DecathlonTrainer.Resume(folder.At("parts"), Sets(), CPU);
        rest.Run();
        Assert.Equal(whole.State.Losses, rest.State.Losses);
    }

    [Fact]
    public void A_checkpoint_of_another_kind_is_named()
    {
        File.WriteAllText(folder.At("last.ckpt"), "RPCKPT01 and much more than a checksum needs, but of another kind");
        Assert.Contains("last.ckpt", Assert.Throws<UserErrorException>(() => DecathlonTrainer.ReadState(folder.At("."))).Message, StringComparison.Ordinal);
    }

    private static DecathlonOptions Recipe(int epochs) =>
        new() { DataSets = ["dtd", "svhn"], Depth = 10, Widen = 1, Epochs = epochs, SecondPhase = epochs * 3 / 4, BatchSize = 4, LearningRate = 0.05, Seed = 3 };

    private DecathlonSet[] Sets() => [.. new[] { "dtd", "svhn" }.Select(name => new DecathlonSet(DecathlonDomain.All.Single(domain => domain.Name == name), Load(name, "train"), Load(name, "val")))];

    private ImageSet Load(string name, string split) => ImageSet.Load(Decathlon.Open(new DataRequest(folder.At("."), $"{name}/{split}", split == "val", 0)), 72, 72);
}
