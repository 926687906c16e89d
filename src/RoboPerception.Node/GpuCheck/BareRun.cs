using Microsoft.ML.OnnxRuntime;
using RoboPerception.Core;
using RoboPerception.Inference;

namespace RoboPerception.Node.GpuCheck;

/// <summary>
/// The floor under the node: the official API runs the same form of the model over bound buffers on the same provider with the same options, and nothing else. Image
/// and predictions lie in the processor's memory, as a node needs them; a GPU is handed the image once, when it is bound, and never again, so this floor is a little low.
/// </summary>
internal sealed class BareRun : IDisposable
{
    private readonly SessionOptions options;
    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly RunOptions runOptions = new();
    private readonly List<OrtValue> values = [];

    public BareRun(ModelFile model, GpuCheckOptions check)
    {
        options = SessionOptionsFactory.Create(model, check.Provider, check.Settings);
        session = new InferenceSession(model.ContentFor(check.Provider, check.Settings), options);
        binding = session.CreateIoBinding();
        ModelInput input = model.Description.Input;
        (int h, int w) = (input.Height, input.Width);
        var image = new byte[3 * h * w];
        GoldenInput.Fill(image, w, h);
        binding.BindInput(input.Name, Keep(OrtValue.CreateTensorValueFromMemory(image, [1, h, w, 3])));
        foreach (ModelOutput output in model.Description.Outputs)
        {
            binding.BindOutput(output.Name, Keep(output.Kind switch
            {
                OutputKind.Segmentation => OrtValue.CreateTensorValueFromMemory(new byte[h * w], [1, h, w]),
                OutputKind.Depth => OrtValue.CreateTensorValueFromMemory(new float[h * w], [1, h, w]),
                _ => OrtValue.CreateTensorValueFromMemory(new float[3 * h * w], [1, 3, h, w]),
            }));
        }
    }

    /// <summary>Runs once.</summary>
    public void Run() => session.RunWithBinding(runOptions, binding);

    public void Dispose()
    {
        runOptions.Dispose();
        binding.Dispose();
        values.ForEach(value => value.Dispose());
        session.Dispose();
        options.Dispose();
    }

    private OrtValue Keep(OrtValue value)
    {
        values.Add(value);
        return value;
    }
}
