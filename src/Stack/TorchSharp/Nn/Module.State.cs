using System.Text;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace TorchSharp;

// State dictionaries and TorchSharp's own file format: LEB128 count, then per entry a name and a tensor.
public static partial class torch
{
    public static partial class nn
    {
        public abstract partial class Module
        {
            public virtual Dictionary<string, Tensor> state_dict(Dictionary<string, Tensor>? destination = null, string? prefix = null)
            {
                destination ??= [];
                string path = string.IsNullOrEmpty(prefix) ? "" : $"{prefix}.";
                foreach ((string key, Parameter parameter) in _ownParameters)
                {
                    destination.TryAdd(path + key, parameter);
                }
                foreach ((string key, Tensor buffer, bool persistent) in _buffers)
                {
                    if (persistent)
                    {
                        destination.TryAdd(path + key, buffer);
                    }
                }
                foreach ((string key, Module child) in named_children())
                {
                    child.state_dict(destination, path + key);
                }
                return destination;
            }

            public virtual (IList<string> missing_keys, IList<string> unexpected_keyes) load_state_dict(Dictionary<string, Tensor> source, bool strict = true, IList<string>? skip = null)
            {
                ArgumentNullException.ThrowIfNull(source);
                Dictionary<string, Tensor> own = state_dict();
                bool Skipped(string key) => skip is not null && skip.Contains(key);
                List<string> missing = own.Keys.Where(key => !source.ContainsKey(key) && !Skipped(key)).ToList();
                List<string> unexpected = source.Keys.Where(key => !own.ContainsKey(key) && !Skipped(key)).ToList();
                if (strict && (missing.Count > 0 || unexpected.Count > 0))
                {
                    throw new InvalidOperationException(
                        $"The loaded state_dict is not identical to the target dictionary: missing [{string.Join(", ", missing)}], unexpected [{string.Join(", ", unexpected)}].");
                }
                using IDisposable mode = no_grad();
                foreach ((string key, Tensor value) in source)
                {
                    if (Skipped(key) || !own.TryGetValue(key, out Tensor? target))
                    {
                        continue;
                    }
                    if (!target.shape.AsSpan().SequenceEqual(value.shape))
                    {
                        throw new ArgumentException(
                            $"Mismatched tensor shape for '{key}': the source is [{string.Join(", ", value.shape)}], the module has [{string.Join(", ", target.shape)}].");
                    }
                    target.copy_(value);
                }
                return (missing, unexpected);
            }

            public Module save(string location, IList<string>? skip = null)
            {
                using FileStream stream = File.Create(location);
                return save(stream, skip);
            }

            public Module save(Stream stream, IList<string>? skip = null)
            {
                using BinaryWriter writer = new(stream, Encoding.UTF8, leaveOpen: true);
                return save(writer, skip);
            }

            public Module save(BinaryWriter writer, IList<string>? skip = null)
            {
                save_state_dict(writer, state_dict(), skip);
                return this;
            }

            public static void save_state_dict(BinaryWriter writer, Dictionary<string, Tensor> sd, IList<string>? skip = null)
            {
                List<KeyValuePair<string, Tensor>> entries = sd.Where(entry => skip is null || !skip.Contains(entry.Key)).ToList();
                TensorFile.WriteNumber(writer, (ulong)entries.Count);
                foreach ((string key, Tensor tensor) in entries)
                {
                    writer.Write(key);
                    TensorFile.Write(tensor, writer);
                }
            }

            public virtual Module load(string location, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                if (!File.Exists(location))
                {
                    throw new FileNotFoundException($"There is no state file at '{location}'.", location);
                }
                using FileStream stream = File.OpenRead(location);
                return load(stream, strict, skip, loadedParameters);
            }

            public Module load(Stream stream, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
                return load(reader, strict, skip, loadedParameters);
            }

            public virtual Module load(BinaryReader reader, bool strict = true, IList<string>? skip = null, Dictionary<string, bool>? loadedParameters = null)
            {
                ArgumentNullException.ThrowIfNull(reader);
                Dictionary<string, Tensor> own = state_dict();
                int expected = own.Keys.Count(key => skip is null || !skip.Contains(key));
                long count = TensorFile.ReadNumber(reader);
                if (strict && count != expected)
                {
                    throw new ArgumentException($"Mismatched state_dict sizes: expected {expected}, but found {count} entries.");
                }
                if (loadedParameters is not null)
                {
                    foreach (string key in own.Keys)
                    {
                        loadedParameters.TryAdd(key, false);
                    }
                }
                for (long i = 0; i < count; i++)
                {
                    string key = reader.ReadString();
                    bool skipped = skip is not null && skip.Contains(key);
                    if (!own.TryGetValue(key, out Tensor? target))
                    {
                        if (strict && !skipped)
                        {
                            throw new ArgumentException($"Mismatched module state names: the target modules does not have a submodule or buffer named '{key}'.");
                        }
                        TensorFile.Skip(reader);
                        continue;
                    }
                    TensorFile.ReadInto(target, reader, skipped);
                    if (loadedParameters is not null)
                    {
                        loadedParameters[key] = !skipped;
                    }
                }
                return this;
            }
        }
    }
}
